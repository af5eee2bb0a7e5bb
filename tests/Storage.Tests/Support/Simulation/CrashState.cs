namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>One disk that a power cut at one point may leave behind.</summary>
/// <param name="Point">When the power went.</param>
/// <param name="Description">What reached the disk, for messages: with the seed it names the state.</param>
/// <param name="Hash">Equal for states that nothing can tell apart.</param>
/// <param name="Volume">The disk; everything on it is durable.</param>
internal sealed record CrashState(CrashPoint Point, string Description, UInt128 Hash, Volume Volume)
{
    /// <summary>A file system of its own on that disk, every time it is called.</summary>
    public SimulatedFileSystem Open() => SimulatedFileSystem.From(Volume);

    public override string ToString() => $"{Point}: {Description}";
}
