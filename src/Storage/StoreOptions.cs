using DocService.Storage.Engine.Opening;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage;

/// <summary>What a store is opened with. Validated once, when the store opens.</summary>
public sealed record StoreOptions
{
    /// <summary>The largest <see cref="CacheBytes"/>.</summary>
    public const long CacheBytesLimit = 1L << 40;

    /// <summary>Absolute path of the data directory; created, with missing parents, when absent. Default: none.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The longest a write waits for its key's lock, for room in the journal, or for <see cref="DurabilityLevel.Filed"/>. Default 10 s, 1 ms to 10 min.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Length of a journal segment in bytes, a multiple of 4,096. Default 64 MiB, 64 KiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of journal, its reserve included; two more segments are kept for recovery alone. Default 1 GiB; at least four segments.</summary>
    public long JournalBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of spare segments kept for deletes on a full disk; rounded up to whole segments. Default two segments; at least two, at most half of the journal.</summary>
    public long? ReserveBytes { get; init; }

    /// <summary>Most operations in the journal that are not yet filed, superseded ones included. Default 1,000,000; at least 1.</summary>
    public int PendingDocumentsMax { get; init; } = 1_000_000;

    /// <summary>Bytes of memory for documents that are read often. Default 64 MiB; 0: none.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    /// <summary>How long a request with a key is remembered at least, in time that the store is running. Default 24 h, 1 s to 365 days.</summary>
    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Largest <see cref="ScrubInterval"/>.</summary>
    public static readonly TimeSpan ScrubIntervalMax = TimeSpan.FromDays(365);

    /// <summary>How often every file of a document is read and compared with its checksums. Default zero: never; else 1 s to 365 days.</summary>
    public TimeSpan ScrubInterval { get; init; }

    /// <summary>Most bytes a second that are read for it. Default 8 MiB, at least 64 KiB.</summary>
    public long ScrubBytesPerSecond { get; init; } = 8L << 20;

    /// <summary>
    /// Most operations of the disk a second for it: one for each file, and one for each 256 KiB of it. Default 1,000, half of what the
    /// slowest disks of a cloud give at all; at least 10.
    /// </summary>
    public long ScrubReadsPerSecond { get; init; } = 1000;

    /// <summary>Quiet time after which the journal writes a seal. Default 50 ms, 1 ms to 10 s.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>An operator says that the wall clock is right: the store's time begins there, whatever it was before. Default: no.</summary>
    public bool ConfirmsTime { get; init; }

    /// <summary>Largest commit in bytes of bodies; a segment must hold it and 1 MiB (half a segment below 2 MiB). Default 32 MiB.</summary>
    public long CommitBytesMax { get; init; } = 32L << 20;

    /// <summary>The largest <see cref="CommitBytesMax"/> that segments of a length can hold.</summary>
    public static long CommitBytesOf(long segmentBytes) => segmentBytes - OverheadOf(segmentBytes);

    /// <summary>How many operations of JSON documents a commit in segments of a length can have, whatever their ids and bodies.</summary>
    public static long OperationsOf(long segmentBytes) =>
        (OverheadOf(segmentBytes) - (4 * JournalFormat.BlockBytes)) / Operation.Measure(0, "application/json".Length, JournalFormat.Alignment, Operation.FieldsBytesMax);

    /// <summary>Bytes of zeros that a first start writes for its journal, in part after the store is open: the first segment, one spare, the reserve, and two for recovery.</summary>
    public long FirstStartBytes => (Segments.SparesMin + 1) * SegmentBytes;

    internal int ReserveSegments => (int)(((ReserveBytes ?? 2 * SegmentBytes) + SegmentBytes - 1) / SegmentBytes);

    internal SegmentSizes Segments => new(SegmentBytes, ReserveSegments, (int)Math.Min(JournalBytes / SegmentBytes, int.MaxValue / 2));

    /// <summary>What unfiled segments may take.</summary>
    internal long UsableJournalBytes => JournalBytes - (ReserveSegments * SegmentBytes);

    /// <exception cref="StoreConfigurationException">A value is out of its range.</exception>
    internal StoreOptions Validated()
    {
        long overhead = OverheadOf(SegmentBytes);
        Require(Path.IsPathFullyQualified(DataDirectory), $"DataDirectory must be an absolute path, not '{DataDirectory}'.");
        Require(BusyTimeout >= TimeSpan.FromMilliseconds(1) && BusyTimeout <= TimeSpan.FromMinutes(10), $"BusyTimeout must lie between 1 ms and 10 min, not {BusyTimeout}.");
        Require(SealAfter >= TimeSpan.FromMilliseconds(1) && SealAfter <= TimeSpan.FromSeconds(10), $"SealAfter must lie between 1 ms and 10 s, not {SealAfter}.");
        Require(IdempotencyRetention >= TimeSpan.FromSeconds(1) && IdempotencyRetention <= TimeSpan.FromDays(365), $"IdempotencyRetention must lie between 1 s and 365 days, not {IdempotencyRetention}.");
        Require(ScrubInterval == TimeSpan.Zero || (ScrubInterval >= TimeSpan.FromSeconds(1) && ScrubInterval <= ScrubIntervalMax), $"ScrubInterval must be 0 or lie between 1 s and 365 days, not {ScrubInterval}.");
        Require(ScrubBytesPerSecond is >= 64 << 10 and <= 1L << 40, $"ScrubBytesPerSecond must lie between 64 KiB and 1 TiB, not {ScrubBytesPerSecond}.");
        Require(ScrubReadsPerSecond is >= 10 and <= 1_000_000_000, $"ScrubReadsPerSecond must lie between 10 and 10^9, not {ScrubReadsPerSecond}.");
        Require(SegmentBytes is >= 64 << 10 and <= 1 << 30 && SegmentBytes % 4096 == 0, $"SegmentBytes must be a multiple of 4096 between 64 KiB and 1 GiB, not {SegmentBytes}.");
        Require(JournalBytes >= 4 * SegmentBytes, $"JournalBytes must hold at least four segments of {SegmentBytes} bytes, not {JournalBytes} bytes.");
        Require(ReserveBytes is null or >= 0, $"ReserveBytes must not be negative, not {ReserveBytes}.");
        Require(ReserveSegments >= 2 && ReserveSegments * SegmentBytes <= JournalBytes / 2, $"ReserveBytes must be at least two segments and at most half of JournalBytes, not {ReserveBytes}.");
        Require(PendingDocumentsMax >= 1, $"PendingDocumentsMax must be at least 1, not {PendingDocumentsMax}.");
        Require(CacheBytes is >= 0 and <= CacheBytesLimit, $"CacheBytes must lie between 0 and {CacheBytesLimit}, not {CacheBytes}.");
        Require(CommitBytesMax >= 1 && CommitBytesMax + overhead <= SegmentBytes, $"SegmentBytes must hold the largest document and batch ({CommitBytesMax} bytes) and {overhead} bytes, not {SegmentBytes} bytes.");
        return this with { DataDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(DataDirectory)) };
    }

    /// <summary>What a segment needs beside the bodies of a commit: headers, ids, a seal.</summary>
    private static long OverheadOf(long segmentBytes) => Math.Min(1L << 20, segmentBytes / 2);

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new StoreConfigurationException(otherwise);
        }
    }
}
