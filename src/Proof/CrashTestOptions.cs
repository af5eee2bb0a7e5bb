using DocService.Proof.Server;

namespace DocService.Proof;

/// <summary>What a crash test does.</summary>
public sealed record CrashTestOptions
{
    /// <summary>Absolute path of an existing directory; the test works in a new directory below it.</summary>
    public required string Directory { get; init; }

    /// <summary>How the server is started.</summary>
    public required ServerProgram Program { get; init; }

    /// <summary>Reads a stopped data directory and says what in it is damaged; called after every crash.</summary>
    public required Func<string, IReadOnlyList<string>> Inspect { get; init; }

    /// <summary>How often the process is killed.</summary>
    public int Kills { get; init; } = 100;

    /// <summary>How often the power is cut, on each of the filesystems.</summary>
    public int Cuts { get; init; }

    public const string Replicated = "replicated";

    /// <summary>Where <c>ops/postgres/cluster.sh up</c> has made a cluster, which is tried in place of a directory; null: none.</summary>
    public string? Cluster { get; init; }

    /// <summary>How often something of the cluster fails.</summary>
    public int Rounds { get; init; }

    /// <summary>On a cluster: the level that writes ask for, and that must not be lost.</summary>
    public string Promise { get; init; } = Replicated;

    /// <summary>Connections that say nothing, beside the working clients.</summary>
    public int IdleConnections { get; init; } = 50;

    /// <summary>Chooses operations and moments; what happens between them is up to the machine.</summary>
    public int Seed { get; init; }
}
