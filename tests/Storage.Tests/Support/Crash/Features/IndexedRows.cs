using System.Text;
using DocService.Index;
using DocService.Index.Declared;
using DocService.Index.Families;
using DocService.Index.Following;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Index.Writing;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;
using DocService.Storage.Followers;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support.Crash.Features;

/// <summary>
/// The index's own reading, building and writing of rows, in a real database, as one more thread of a seeded scheduler. Of
/// the index it lacks the thread alone, which waits in ways that a scheduler does not see.
/// </summary>
/// <remarks>
/// Owns: the database, and a copy of it for each flush: what a crash would leave. Thread: its own; <see cref="Copies"/> when that has ended.
/// </remarks>
internal sealed class IndexedRows(SeededScheduler scheduler, SimulatedFileSystem disk, string directory, Random random, IndexSabotage leftOut) : IFollower, IDisposable
{
    /// <summary>One entry for each document, so that their count tells.</summary>
    private static readonly DeclaredIndex Declared = new()
    {
        Prefix = "users/",
        Identity = Sha256Digest.Of("by-operation"u8),
        Keys = new IndexDefinition { Name = "by-operation", Fields = [new IndexField(PathOf("operation"), false)] },
    };

    private readonly object _gate = new();
    private readonly IndexParts _parts = new(
        new IndexOptions { Directory = Path.Combine(directory, "index"), CacheBytes = IndexOptions.CacheBytesMin, Lag = TimeSpan.Zero }, scheduler.Clock, NullLogger.Instance);

    private IndexWriter? _writer;
    private IThread? _thread;
    private ICommitLog? _log;

    /// <summary>Why it had to be made anew; null where it followed on.</summary>
    public string? Reason { get; private set; }

    /// <summary>Where the log stood at each flush, and what it left.</summary>
    public List<(int LogLength, string Directory)> Copies { get; } = [];

    /// <summary>Whether a copy is kept of each flush.</summary>
    public bool KeepsCopies { get; init; }

    public string Name => "rows";

    public bool IsDerived => true;

    public long DurablePosition => leftOut == IndexSabotage.ReleasedBeforeItHasThem ? long.MaxValue : _parts.Progress.DurablePosition;

    public bool Has(long sequence) => _parts.Progress.Stage == IndexStage.Following && _parts.Progress.Status.Position >= sequence;

    public void Prepare()
    {
        _parts.Declarations.Declare([Declared]);
        FoundIndex found = _parts.Directory.TryOpen();
        _writer = found.Writer;
        Reason = found.Writer is null && Directory.Exists(_parts.Options.Directory) ? found.Reason : null;
        if (_writer is not null)
        {
            _parts.Progress.Open(_writer.State);
        }
    }

    public void Start(ICommitLog log)
    {
        _log = log;
        _thread = scheduler.Start("rows", Run);
    }

    public void Hurry(long through) => _parts.Signals.Hurry(through);

    public void LetGo(string reason) => _parts.Signals.Fail(new Failure(reason));

    public void StopFollowing()
    {
        _parts.Signals.Stop();
        _thread?.Join();
    }

    /// <summary>What it says of the documents: id, version and body; and that entries and documents are as many.</summary>
    public SortedDictionary<string, (long Version, string Body)> Read()
    {
        var documents = new SortedDictionary<string, (long, string)>(StringComparer.Ordinal);
        using RocksSnapshot snapshot = _writer!.Database.TakeSnapshot();
        using (RocksIterator rows = snapshot.Iterate(Family.Documents, [1], []))
        {
            for (bool isValid = rows.First(); isValid; isValid = rows.Next())
            {
                if (DocumentRow.Read(rows.Value, out ReadOnlySpan<byte> body) is { Info: not null } facts)
                {
                    documents.Add(Encoding.UTF8.GetString(rows.Key), (facts.Version, Encoding.UTF8.GetString(body)));
                }
            }
        }

        int entries = 0;
        using RocksIterator all = snapshot.Iterate(Family.Entries, [], []);
        for (bool isValid = all.First(); isValid; isValid = all.Next())
        {
            entries++;
        }

        Assert.Equal(documents.Count, entries);
        return documents;
    }

    /// <summary>Without a flush, as a crash would.</summary>
    public void Dispose()
    {
        _writer?.Dispose();
        _parts.Dispose();
    }

    private static DocumentPath PathOf(string text) => DocumentPath.TryParse(text, out DocumentPath? path, out string? fault) ? path : throw new InvalidOperationException(fault);

    private void Run()
    {
        if (_writer?.State is { } state && (state.StoreId != _log!.StoreId || state.Position > _log.DurableThrough))
        {
            LetGo($"it is of {state.Position} of store {state.StoreId}");
        }

        while (!_parts.Signals.IsStopping)
        {
            try
            {
                Follow();
            }
            catch (CommitsMissingException exception)
            {
                LetGo(exception.Message);
            }

            if (_parts.Signals.Failure is { } failure)
            {
                Reason ??= failure.Reason;
                _log!.Fail(this, failure.Reason);
                _writer?.Dispose();
                _writer = null;
            }
        }
    }

    private void Follow()
    {
        IndexWriter writer = _writer ??= Begin();
        using ICommitCursor cursor = _log!.OpenCursor(writer.State.Position);
        var reading = new LogReading(_log, writer, _parts, NoteFlushed);
        if (writer.State.IsBuilding && !new IndexBuild(_log.Documents, writer, reading, _parts).Run(cursor))
        {
            return;
        }

        _parts.Progress.BeginFollowing(writer.State);
        while (!_parts.Signals.MustLeave)
        {
            if (leftOut == IndexSabotage.PositionAheadOfRows && cursor.Position < _log.DurableThrough)
            {
                WriteStateAhead(writer, _log.DurableThrough);
            }

            reading.CatchUp(cursor);
            while (writer.IsBuildingIndexes)
            {
                writer.BuildIndexes(documentsMax: 1);
            }

            if (random.Next(6) == 0)
            {
                reading.Flush();
            }

            lock (_gate)
            {
                scheduler.Wait(_gate, TimeSpan.FromMilliseconds(random.Next(1, 5)));
            }
        }
    }

    private IndexWriter Begin()
    {
        _parts.Directory.Clear();
        _parts.Signals.Forget();
        _parts.Progress.BeginBuilding();
        long from = _log!.Rejoin(this);
        from = leftOut == IndexSabotage.BeginningIsNotFixed ? _log.DurableThrough : from;
        return _parts.Directory.Create(new IndexState(IndexState.CurrentFormat, _log.StoreId, from, from, IsBuilding: true));
    }

    private void NoteFlushed()
    {
        _log!.NoteDurable(this);
        Copy();
    }

    private void WriteStateAhead(IndexWriter writer, long position)
    {
        using var batch = new RocksBatch(writer.Database);
        batch.Put(Family.State, IndexState.Key, (writer.State with { Position = position }).ToRow());
        writer.Database.Write(batch);
        writer.Flush();
        Copy();
    }

    private void Copy()
    {
        if (KeepsCopies)
        {
            string copy = Path.Combine(directory, $"copy-{Copies.Count}");
            while (!TryCopy(copy))
            {
            }

            Copies.Add((disk.Log.Count, copy));
        }
    }

    /// <summary>The library may put files together meanwhile; then the copy is of no one moment, and is made again.</summary>
    private bool TryCopy(string copy)
    {
        Directory.CreateDirectory(copy);
        try
        {
            string[] before = Files();
            foreach (string file in Directory.EnumerateFiles(_parts.Options.Directory))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            if (before.SequenceEqual(Files()))
            {
                return true;
            }
        }
        catch (FileNotFoundException)
        {
            // It has just been put together with others.
        }

        Directory.Delete(copy, recursive: true);
        return false;
    }

    private string[] Files() =>
        [.. new DirectoryInfo(_parts.Options.Directory).EnumerateFiles().Select(file => $"{file.Name} {file.Length}").Order(StringComparer.Ordinal)];
}

/// <summary>A step of an index that is left out, to see that it is found.</summary>
internal enum IndexSabotage
{
    None,
    ReleasedBeforeItHasThem,
    PositionAheadOfRows,
    BeginningIsNotFixed,
}
