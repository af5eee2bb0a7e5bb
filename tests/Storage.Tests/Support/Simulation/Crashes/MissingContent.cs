namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>What a disk shows where unsynced bytes did not reach it.</summary>
internal enum MissingContent
{
    /// <summary>What was durable there before; in a recycled segment those are its old records.</summary>
    Old,

    Zeros,

    Random,

    /// <summary>What a file removed earlier had at the same offset: the blocks were handed on unwritten. Random where there is none.</summary>
    Stale,

    /// <summary>Random, and so is the rest of the 4,096-byte block, synced or not: the device was writing that block.</summary>
    ShornBlock,

    /// <summary>For each sector any of the above but <see cref="ShornBlock"/>.</summary>
    Mixed,
}
