using DocService.Index.Rocks;

namespace DocService.Index;

/// <summary>What an index is opened with.</summary>
public sealed record IndexOptions
{
    /// <summary>Least <see cref="CacheBytes"/>.</summary>
    public const long CacheBytesMin = RocksOptions.CacheBytesMin;

    /// <summary>Of its directory in the data directory.</summary>
    public const string DirectoryName = "index";

    /// <summary>Absolute path of its directory, <see cref="DirectoryName"/> in the data directory. Default: none.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes of memory for blocks and for rows that are not flushed yet. Default 128 MiB; at least 8 MiB.</summary>
    public long CacheBytes { get; init; } = 128L << 20;

    /// <summary>How long a deleted document leaves a row. Default 7 days.</summary>
    public TimeSpan TombstoneRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// The index begins only when <see cref="IndexFollower.Declare"/> has been called. Without it there are no declared
    /// indexes until then, and those of an earlier life are removed. Default: false.
    /// </summary>
    public bool AwaitsDeclarations { get; init; }

    /// <summary>What is there is removed and made anew. Default: it is used.</summary>
    public bool IsMadeAnew { get; init; }

    /// <summary>How far behind it may be while nobody waits. Default 1 s.</summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromSeconds(1);
}
