using DocService.Api.Fields;
using DocService.Index;
using DocService.Storage;

namespace DocService.Api.Configuration;

/// <summary>The section <c>DocService</c> of the configuration. The README's table describes each key for users and must match.</summary>
internal sealed partial class DocServiceOptions
{
    public const string Section = "DocService";

    private const int DepthLimit = 1000; // Utf8JsonReader's and everybody else's stacks end somewhere
    private const int BatchOperationsLimit = 5_000; // each takes some 140 bytes of a segment beside its id and body, and holds a lock
    private const long BatchBytesDefault = 32L << 20; // two of the largest documents
    private const long InFlightBytesDefault = 256L << 20;
    private const int InFlightShare = 2; // of the memory that the collector may use: the rest is for the index of documents, the journal, and what waits to be collected
    private const int InFlightLargest = WriteCost.Copies + 1; // of the largest body, so that it leaves something to others
    private const long IndexCacheBytesDefault = 128L << 20;
    private const long IndexCacheBytesLimit = 1L << 40;
    private const int IndexCacheShare = 8; // of the memory that the collector may use; the index has its memory beside it
    private const long CacheBytesDefault = 256L << 20;
    private const int CacheShare = 8; // of the memory that the collector may use: with InFlightBytes it leaves three eighths
    private const int QueryThreadsLimit = 256;
    private const int FeedClientsLimit = 100_000; // each holds a connection
    private const string On = "on";
    private const string Off = "off";
    private const long DocumentBytesLimit = 1L << 29; // one array, with its header, in one buffer

    private static readonly TimeSpan TimeLimit = TimeSpan.FromDays(20); // what a timer can be set to

    /// <summary>Path of the data directory; relative to the current directory.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Level of writes that ask for none: buffered, durable or filed.</summary>
    public string Durability { get; set; } = "durable";

    /// <summary>Largest document in bytes.</summary>
    public long MaxDocumentBytes { get; set; } = 16L << 20;

    /// <summary>Deepest nesting of arrays and objects in a document.</summary>
    public int MaxDepth { get; set; } = 128;

    /// <summary>Bytes of memory for bodies under way, all their copies counted; unset: 256 MiB, or half of the memory that the process may use.</summary>
    public long? InFlightBytes { get; set; }

    /// <summary>Longest that a write waits for its turn, for room in the journal, or for its level.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Most operations in a batch.</summary>
    public int MaxBatchOperations { get; set; } = 1000;

    /// <summary>Largest batch in bytes of its body; unset: 32 MiB, or less where the budget or a segment is smaller.</summary>
    public long? MaxBatchBytes { get; set; }

    /// <summary>Length of a journal segment in bytes.</summary>
    public long SegmentBytes { get; set; } = 64L << 20;

    /// <summary>Bytes of journal, its reserve included; two more segments are kept for recovery.</summary>
    public long JournalBytes { get; set; } = 1L << 30;

    /// <summary>Bytes of spare segments kept for deletes and starts on a full disk; unset: two segments.</summary>
    public long? ReserveBytes { get; set; }

    /// <summary>Most documents in the journal that are not yet filed.</summary>
    public int PendingDocumentsMax { get; set; } = 1_000_000;

    /// <summary>Bytes of memory for documents that are read often; unset: 256 MiB, or an eighth of the memory that the process may use. 0: none.</summary>
    public long? CacheBytes { get; set; }

    /// <summary>Quiet time after which the journal writes a seal.</summary>
    public TimeSpan SealAfter { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether there is an index, which queries need: on or off.</summary>
    public string Index { get; set; } = On;

    /// <summary>Bytes of memory for the index; unset: 128 MiB, or an eighth of the memory that the process may use.</summary>
    public long? IndexCacheBytes { get; set; }

    /// <summary>How long the index remembers that a document was deleted.</summary>
    public TimeSpan TombstoneRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a request with an Idempotency-Key is remembered at least, in time that the server is running.</summary>
    public TimeSpan IdempotencyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often every document's file is read and compared with its checksums; zero: never.</summary>
    public TimeSpan ScrubInterval { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most bytes a second that are read for it.</summary>
    public long ScrubBytesPerSecond { get; set; } = 8L << 20;

    /// <summary>Most operations of the disk a second for it: one for each file, and one for each 256 KiB of it.</summary>
    public long ScrubReadsPerSecond { get; set; } = 1000;

    /// <summary>Longest that a query searches; in an export, for its next document.</summary>
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Queries that search long at once; unset: half of the processors, at least one.</summary>
    public int? QueryThreads { get; set; }

    /// <summary>Longest that an export takes.</summary>
    public TimeSpan ExportTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Longest that the reader of an export may take nothing.</summary>
    public TimeSpan ExportIdle { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most clients that wait for changes at once: streams, pages, and reads of one document.</summary>
    public int FeedClientsMax { get; set; } = 1000;

    /// <summary>
    /// <see cref="MaxBatchBytes"/> as it counts. A default yields to a setting: a budget or segment size that is enough for
    /// every document must not stop the start because of the default for batches.
    /// </summary>
    public long BatchBytesMax => MaxBatchBytes ?? Math.Max(1, Math.Min(BatchBytesDefault, Math.Min(InFlightBytesMax / InFlightLargest, StoreOptions.CommitBytesOf(SegmentBytes))));

    /// <summary><see cref="InFlightBytes"/> as it counts: a limit on the process, a container's for example, is heeded as long as the largest body gets through.</summary>
    public long InFlightBytesMax => InFlightBytes ?? InFlightBytesOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary><see cref="IndexCacheBytes"/> as it counts.</summary>
    public long IndexCacheBytesMax => IndexCacheBytes ?? IndexCacheBytesOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary><see cref="CacheBytes"/> as it counts.</summary>
    public long CacheBytesMax => CacheBytes ?? CacheBytesOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    /// <summary>There is one in files.</summary>
    public bool HasIndex => HasQueries && !IsPostgres;

    public bool HasQueries => Index == On;

    /// <summary>The index that is there is not used. No setting: the command <c>reindex</c> says so.</summary>
    internal bool MakesIndexAnew { get; set; }

    public int QueryThreadsMax => QueryThreads ?? Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary><see cref="MaxBatchOperations"/>, or as many as a segment below 2 MiB can hold.</summary>
    public int BatchOperationsMax => (int)Math.Clamp(StoreOptions.OperationsOf(SegmentBytes), 1, MaxBatchOperations);

    public DurabilityLevel Level => DurabilityField.Parse(Durability)!.Value;

    /// <summary>What is wrong with the values, in one line; null when nothing is.</summary>
    public string? Validate()
    {
        if (string.IsNullOrWhiteSpace(DataDirectory) || DataDirectory.Contains('\0', StringComparison.Ordinal))
        {
            return "DocService:DataDirectory must be a path.";
        }

        if (DurabilityField.Parse(Durability) is null)
        {
            return $"DocService:Durability must be buffered, durable, filed or replicated, not '{Durability}'.";
        }

        if (MaxDocumentBytes is < 1 or > DocumentBytesLimit)
        {
            return $"DocService:MaxDocumentBytes must lie between 1 and {DocumentBytesLimit}, not {MaxDocumentBytes}.";
        }

        if (MaxDepth is < 1 or > DepthLimit)
        {
            return $"DocService:MaxDepth must lie between 1 and {DepthLimit}, not {MaxDepth}.";
        }

        if (MaxBatchBytes is < 1 or > DocumentBytesLimit)
        {
            return $"DocService:MaxBatchBytes must lie between 1 and {DocumentBytesLimit}, not {MaxBatchBytes}.";
        }

        if (MaxBatchOperations is < 1 or > BatchOperationsLimit)
        {
            return $"DocService:MaxBatchOperations must lie between 1 and {BatchOperationsLimit}, not {MaxBatchOperations}.";
        }

        if (Index is not (On or Off))
        {
            return $"DocService:Index must be {On} or {Off}, not '{Index}'.";
        }

        if (IndexCacheBytes is < IndexOptions.CacheBytesMin or > IndexCacheBytesLimit)
        {
            return $"DocService:IndexCacheBytes must lie between {IndexOptions.CacheBytesMin} and {IndexCacheBytesLimit}, not {IndexCacheBytes}.";
        }

        if (CacheBytes is < 0 or > StoreOptions.CacheBytesLimit)
        {
            return $"DocService:CacheBytes must lie between 0 and {StoreOptions.CacheBytesLimit}, not {CacheBytes}.";
        }

        if (TombstoneRetention < TimeSpan.Zero)
        {
            return $"DocService:TombstoneRetention must not be negative, not {TombstoneRetention}.";
        }

        if (ScrubInterval != TimeSpan.Zero && (ScrubInterval < TimeSpan.FromSeconds(1) || ScrubInterval > StoreOptions.ScrubIntervalMax))
        {
            return $"DocService:ScrubInterval must be 0 or lie between 1 s and 365 days, not {ScrubInterval}.";
        }

        if (ScrubBytesPerSecond is < 64 << 10 or > 1L << 40)
        {
            return $"DocService:ScrubBytesPerSecond must lie between 64 KiB and 1 TiB, not {ScrubBytesPerSecond}.";
        }

        if (ScrubReadsPerSecond is < 10 or > 1_000_000_000)
        {
            return $"DocService:ScrubReadsPerSecond must lie between 10 and 1000000000, not {ScrubReadsPerSecond}.";
        }

        if (IdempotencyRetention < TimeSpan.FromSeconds(1) || IdempotencyRetention > TimeSpan.FromDays(365))
        {
            return $"DocService:IdempotencyRetention must lie between 1 s and 365 days, not {IdempotencyRetention}.";
        }

        if (QueryThreads is < 1 or > QueryThreadsLimit)
        {
            return $"DocService:QueryThreads must lie between 1 and {QueryThreadsLimit}, not {QueryThreads}.";
        }

        foreach ((string key, TimeSpan time) in new[] { (nameof(QueryTimeout), QueryTimeout), (nameof(ExportTimeout), ExportTimeout), (nameof(ExportIdle), ExportIdle) })
        {
            if (time < TimeSpan.FromMilliseconds(1) || time > TimeLimit)
            {
                return $"DocService:{key} must lie between 1 ms and {TimeLimit.TotalDays} days, not {time}.";
            }
        }

        if (FeedClientsMax is < 1 or > FeedClientsLimit)
        {
            return $"DocService:FeedClientsMax must lie between 1 and {FeedClientsLimit}, not {FeedClientsMax}.";
        }

        if (ValidateWeb() is { } web)
        {
            return web;
        }

        if (ValidateEngine() is { } engine)
        {
            return engine;
        }

        if (ValidateAccess() is { } access)
        {
            return access;
        }

        long largest = Math.Max(MaxDocumentBytes, BatchBytesMax);
        return InFlightBytesMax < InFlightLargest * largest
            ? $"DocService:InFlightBytes must be at least {InFlightLargest} times the largest document and batch ({InFlightLargest * largest}), not {InFlightBytesMax}."
            : null;
    }

    /// <summary>The default where the process may use so much memory.</summary>
    internal long InFlightBytesOf(long availableBytes) =>
        Math.Max(InFlightLargest * Math.Max(MaxDocumentBytes, MaxBatchBytes ?? 0), Math.Min(InFlightBytesDefault, availableBytes / InFlightShare));

    /// <summary>The default where the process may use so much memory.</summary>
    internal static long IndexCacheBytesOf(long availableBytes) => Math.Clamp(availableBytes / IndexCacheShare, IndexOptions.CacheBytesMin, IndexCacheBytesDefault);

    /// <summary>The default where the process may use so much memory.</summary>
    internal static long CacheBytesOf(long availableBytes) => Math.Min(CacheBytesDefault, availableBytes / CacheShare);

    public IndexOptions ToIndexOptions() => new()
    {
        Directory = Path.Combine(Path.GetFullPath(DataDirectory), IndexOptions.DirectoryName),
        CacheBytes = IndexCacheBytesMax,
        TombstoneRetention = TombstoneRetention,
        IsMadeAnew = MakesIndexAnew,
        AwaitsDeclarations = true, // the definitions of collections are read before the index begins
    };

    public QueryLimits ToQueryLimits() => new() { Wait = BusyTimeout, Search = QueryTimeout, Threads = QueryThreadsMax };

    public StoreOptions ToStoreOptions() => new()
    {
        DataDirectory = Path.GetFullPath(DataDirectory),
        BusyTimeout = BusyTimeout,
        SegmentBytes = SegmentBytes,
        JournalBytes = JournalBytes,
        ReserveBytes = ReserveBytes,
        PendingDocumentsMax = PendingDocumentsMax,
        CacheBytes = CacheBytesMax,
        SealAfter = SealAfter,
        IdempotencyRetention = IdempotencyRetention,
        CommitBytesMax = Math.Max(MaxDocumentBytes, BatchBytesMax),
        ScrubInterval = ScrubInterval,
        ScrubBytesPerSecond = ScrubBytesPerSecond,
        ScrubReadsPerSecond = ScrubReadsPerSecond,
    };
}
