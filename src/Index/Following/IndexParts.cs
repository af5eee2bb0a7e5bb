using DocService.Index.Declared;
using DocService.Index.History;
using DocService.Index.Rocks;
using DocService.Index.Writing;
using Microsoft.Extensions.Logging;

namespace DocService.Index.Following;

/// <summary>What the seams of an index and its thread have in common.</summary>
internal sealed class IndexParts(IndexOptions options, TimeProvider clock, ILogger logger) : IDisposable
{
    private volatile RocksDatabase? _answering;

    public IndexOptions Options { get; } = options;

    public TimeProvider Clock { get; } = clock;

    public ILogger Logger { get; } = logger;

    public Declarations Declarations { get; } = new(options.AwaitsDeclarations ? null : []);

    public IndexDirectory Directory => field ??= new IndexDirectory(Options.Directory, Options.CacheBytes, Clock, Declarations);

    public IndexProgress Progress { get; } = new(clock);

    public FollowerSignals Signals { get; } = new();

    public HistoryWork History { get; } = new();

    /// <summary>The database that has every document; null while there is none. Its thread sets it.</summary>
    public RocksDatabase? Answering
    {
        get => _answering;
        set => _answering = value;
    }

    public void Dispose() => Signals.Dispose();
}
