using DocService.Index.Declared;
using DocService.Index.Following;
using DocService.Index.History;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Index.Writing;
using DocService.Storage;
using DocService.Storage.Followers;
using DocService.Storage.Model;
using Microsoft.Extensions.Logging;

namespace DocService.Index;

/// <summary>The index of a store: all documents in the order of their ids, as of one commit. Made from the documents, and made anew whenever in doubt.</summary>
/// <remarks>
/// Owns: the directory of the index, and the thread that writes it. Give it to the store when that is opened, and dispose it
/// after the store. Thread: any.
/// Invariants: it answers only when it has every document; what it answers is as of one commit.
/// On failure: it is closed, removed and made anew, after a full disk not before there is room. Documents do not notice.
/// </remarks>
public sealed class IndexFollower : IFollower, IDocumentCopies, IDisposable
{
    private readonly IndexParts _parts;
    private readonly IndexCopies _copies;
    private FoundIndex _found = new(null, "the index was not looked for");
    private FollowerThread? _thread;
    private IndexMetrics? _metrics;
    private ICommitLog? _log;
    private bool _isDisposed;

    /// <param name="options">Where, and how large.</param>
    /// <param name="clock">For the times of deletes and for waiting.</param>
    /// <param name="logger">Where it tells why it is made anew.</param>
    public IndexFollower(IndexOptions options, TimeProvider clock, ILogger<IndexFollower> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CacheBytes, IndexOptions.CacheBytesMin);
        _parts = new IndexParts(options, clock, logger);
        _copies = new IndexCopies(this);
    }

    public string Name => "the index";

    public bool IsDerived => true;

    public long DurablePosition => _parts.Progress.DurablePosition;

    /// <summary>Every commit up to here is published; 0 before the store is open.</summary>
    public long PublishedThrough => Volatile.Read(ref _log)?.DurableThrough ?? 0;

    /// <summary>The store's time; the beginning of time before the store is open, when nothing has ended.</summary>
    public DateTimeOffset Now => Volatile.Read(ref _log)?.Time.Now ?? DateTimeOffset.MinValue;

    public IndexStatus Status => _parts.Progress.Status;

    /// <summary>Commits up to here are in whatever is read from now on.</summary>
    public long Position => _parts.Progress.Position;

    /// <summary>What has been indexed by now; null while the index cannot answer. Dispose it.</summary>
    /// <param name="wholeAt">A moment whose commits the caller knows to be indexed; the default: none.</param>
    public IndexReader? TryRead(DateTimeOffset wholeAt = default)
    {
        if (_parts.Answering is not { } database)
        {
            return null;
        }

        try
        {
            DateTimeOffset moment = Moment(wholeAt); // first
            RocksSnapshot snapshot = database.TakeSnapshot();
            try
            {
                return new IndexReader(snapshot, moment, failure => FailIfAnswering(database, failure));
            }
            catch
            {
                snapshot.Dispose();
                throw;
            }
        }
        catch (IndexClosedException)
        {
            return null;
        }
        catch (IndexFailedException exception)
        {
            FailIfAnswering(database, exception);
            return null;
        }
    }

    /// <summary>
    /// As of when a snapshot that is taken afterwards tells what has ended: the latest moment of which it has every commit. Judged by a
    /// later one, a document that was written again before its end would be absent: the snapshot has the version that has ended.
    /// </summary>
    private DateTimeOffset Moment(DateTimeOffset wholeAt)
    {
        DateTimeOffset now = Now; // before what is published by then
        if (Position >= PublishedThrough)
        {
            _parts.Progress.NoteWhole(now); // whoever reads next is not taken back before this
            return now;
        }

        DateTimeOffset known = _parts.Progress.WholeAt;
        return known > wholeAt ? known : wholeAt;
    }

    /// <summary>The index answers, and has every commit up to this one.</summary>
    public bool Has(long sequence) => _parts.Progress.Waiters.Has(sequence);

    /// <summary>Completes when the index has every commit up to this one; false when it has not in that time.</summary>
    public Task<bool> WaitForAsync(long sequence, TimeSpan timeout, CancellationToken cancellation) =>
        _parts.Progress.Waiters.WaitAsync(sequence, _parts.Signals.Wake, timeout, _parts.Clock, cancellation);

    /// <summary>
    /// These indexes are kept from now on, and no others: new ones are built, and what is left out is removed. Returns at
    /// once and does not throw. What is declared before a commit is published has that commit's entries.
    /// </summary>
    public void Declare(IReadOnlyList<DeclaredIndex> indexes)
    {
        _parts.Declarations.Declare(indexes);
        _parts.Signals.Wake();
    }

    /// <summary>Completes when a declared index has been adopted, built, or lost with the whole index, since the call.</summary>
    public Task WhenDeclaredChanges() => _parts.Declarations.Changed;

    /// <summary>Completes when nothing is told any more of versions whose files are gone. It is not durable then: after a crash they are looked over again.</summary>
    /// <exception cref="IndexClosedException">The index is made anew, from what files there are, or the store stops.</exception>
    public Task RemoveVersionsAsync(IReadOnlyList<HistoryRemoval> removals) => AskAsync(_parts.History.RemoveAsync(removals));

    /// <summary>Completes when it is durable that a history is to be erased.</summary>
    /// <exception cref="IndexClosedException">The index is made anew, or the store stops: nothing is to be erased.</exception>
    public Task MarkErasureAsync(string id, long through) => AskAsync(_parts.History.MarkAsync(new DueHistory(DueReason.Erasure, id, through)));

    /// <inheritdoc/>
    public StoredDocument? TryRead(DocumentKey key, long through) => _copies.TryRead(key, through);

    /// <inheritdoc/>
    public bool TryReadInfo(DocumentKey key, long through, out DocumentInfo? info) => _copies.TryReadInfo(key, through, out info);

    /// <inheritdoc/>
    public CopyPart? TryReadPart(ReadOnlyMemory<byte>? from) => _copies.TryReadPart(from);

    /// <inheritdoc/>
    public IReadOnlyList<CopyFile> ListFiles() => _copies.ListFiles();

    /// <inheritdoc/>
    public void NoteDifference(string reason) => Rebuild(reason);

    /// <summary>Makes the index anew.</summary>
    public void Rebuild(string reason) => _parts.Signals.Fail(new Failure(reason));

    /// <inheritdoc/>
    public void Prepare()
    {
        _found = _parts.Options.IsMadeAnew ? new FoundIndex(null, "it was asked for") : _parts.Directory.TryOpen();
        if (_found.Writer is { } writer)
        {
            _parts.Progress.Open(writer.State);
        }
    }

    /// <inheritdoc/>
    public void Start(ICommitLog log)
    {
        Volatile.Write(ref _log, log);
        _metrics = new IndexMetrics(_parts.Progress, log);
        _thread = new FollowerThread(this, log, _parts, _found);
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Hurry(long through) => _parts.Signals.Hurry(through);

    /// <inheritdoc/>
    public void LetGo(string reason) => _parts.Signals.Fail(new Failure(reason));

    /// <inheritdoc/>
    public void StopFollowing()
    {
        _parts.Signals.Stop();
        _thread?.Join();
    }

    /// <summary>After the store: then its thread has ended. If the store was never opened, it closes what it found.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        StopFollowing();
        _metrics?.Dispose();
        if (_thread is null)
        {
            _found.Writer?.Dispose();
        }

        _parts.Dispose();
    }

    /// <summary>Whoever asks after the thread has ended gets an answer too.</summary>
    private Task AskAsync(Task answer)
    {
        _parts.Signals.Wake(); // what is asked for is queued by now
        if (_parts.Answering is null)
        {
            _parts.History.Abandon();
        }

        return answer;
    }

    private void FailIfAnswering(RocksDatabase database, IndexFailedException failure)
    {
        if (_parts.Answering == database)
        {
            _parts.Signals.Fail(Failure.Of(failure));
        }
    }
}
