namespace DocService.Storage.Tests.Support.Crash;

/// <summary>What a client of an enumerated workload does, on a document that exists and one that does not.</summary>
internal enum ClientOperation
{
    PutNew,
    Overwrite,
    Delete,

    /// <summary>A batch: overwrites the one and puts the other.</summary>
    PutBoth,

    /// <summary>A batch: deletes the one and puts the other.</summary>
    PutAndDelete,

    /// <summary>Two clients at the same time, one on each document.</summary>
    TwoAtOnce,
}
