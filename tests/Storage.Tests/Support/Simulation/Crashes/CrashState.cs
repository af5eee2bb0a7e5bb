namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>One disk that a power cut at one point may leave behind.</summary>
/// <remarks>
/// Owns: nothing but what it needs to build the disk, which most of those who enumerate states want once.
/// Thread: any.
/// Invariants: everything on the disk is durable, and nothing is open.
/// On failure: cannot fail.
/// </remarks>
internal sealed class CrashState(CrashPoint point, CrashSelection selection, UInt128 hash, Func<Volume> build)
{
    private readonly Lazy<Volume> _volume = new(build);

    /// <summary>When the power went.</summary>
    public CrashPoint Point { get; } = point;

    /// <summary>What reached the disk, for messages: with the seed it names the state.</summary>
    public string Description => selection.ToString();

    /// <summary>
    /// Equal for states with the same names and bytes. Whether two names with equal bytes are one file does not count:
    /// no file of a store is written to after it has got a second name.
    /// </summary>
    public UInt128 Hash { get; } = hash;

    public Volume Volume => _volume.Value;

    /// <summary>A file system of its own on that disk, every time it is called.</summary>
    public SimulatedFileSystem Open() => SimulatedFileSystem.From(Volume);

    public override string ToString() => $"{Point}: {Description}";
}
