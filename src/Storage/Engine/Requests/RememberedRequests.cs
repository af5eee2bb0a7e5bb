using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Requests;

/// <summary>Which requests with a key were carried out, and what they did: for as long as <c>IdempotencyRetention</c> says, and longer.</summary>
/// <remarks>
/// Owns: the table of the newest ones, the files of the others, <see cref="RequestFiling"/>, which moves them there, and
/// <see cref="RequestLookup"/>, which finds them.
/// Thread: any. It follows the log without reading it: what it files is what publication tells. Only recovery reads requests from
/// the journal.
/// Invariants: one request of a key is judged at a time, under the lock of the key, which its commit keeps until it is published.
/// The journal keeps a commit until its request is in a synced file.
/// On failure: see <see cref="RequestFiling"/>.
/// </remarks>
internal sealed class RememberedRequests : IFollower, IDisposable
{
    private readonly RequestFiles _files;
    private readonly RequestTable _table;
    private readonly RequestFiling _filing;
    private ICommitLog? _log; // null before the start

    /// <param name="directory">What it may read and write: <see cref="DataDirectory.Requests"/>.</param>
    /// <param name="options">How long it remembers, and how long a request waits.</param>
    /// <param name="health">Whom it tells that the store must be fenced.</param>
    /// <param name="threads">How its thread runs and waits.</param>
    public RememberedRequests(DataDirectory directory, StoreOptions options, StoreHealth health, IThreads threads)
    {
        _files = new RequestFiles(directory.Requests, options.IdempotencyRetention, threads.Clock);
        _table = new RequestTable(threads);
        var loaded = new Turn(threads);
        Lookup = new RequestLookup(_table, _files, loaded, options.BusyTimeout, threads.Clock);
        _filing = new RequestFiling(_table, _files, loaded, NoteFiled, health, threads);
        _files.Open();
    }

    public string Name => "requests";

    /// <summary>The keys are nowhere else, once the journal has let go of them.</summary>
    public bool IsDerived => false;

    public long DurablePosition => _table.Position;

    /// <summary>Asked by each request with a key.</summary>
    public RequestLookup Lookup { get; }

    public RequestsReport Report
    {
        get
        {
            int unfiled = _table.Count;
            return new RequestsReport(_files.Count + unfiled, _files.FileCount, unfiled, Lookup.Replayed, Lookup.Reused, Lookup.Damage);
        }
    }

    /// <summary>
    /// Recovery: takes the requests that the journal holds, before any of its segments is let go. They are synced when this returns, or
    /// the journal must keep them.
    /// </summary>
    /// <param name="end">Where the log ends.</param>
    /// <param name="read">Requests of commits above the sequence, in order; of commits that cannot be read, that they are lost.</param>
    /// <returns>The journal keeps all commits above this.</returns>
    /// <exception cref="FileSystemException">A call failed; its effect does not matter before anything is served.</exception>
    public long TakeOver(long end, Func<long, IReadOnlyList<KnownRequest>> read)
    {
        Lookup.LostAfter = _files.LastSequence > end ? end : long.MaxValue;
        IReadOnlyList<KnownRequest> found = RequestRecovery.Complete(_files, read(_files.LastSequence), end);
        if (found.Count == 0 || (_files.IsEmpty && found.All(static request => request.IsLost)))
        {
            return long.MaxValue; // nothing is to be filed: where there are no files, nobody has used a key that could be lost
        }

        try
        {
            _files.Add(found);
            Lookup.LostAfter = long.MaxValue; // from here on the files say it, for as long as they remember
            return long.MaxValue;
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace && Lookup.LostAfter == long.MaxValue) // that an older journal was put back is known now or never
        {
            Lookup.UnfiledLoss = found.FirstOrDefault(static request => request.IsLost)?.Loss;
            _table.Recover(found);
            return found[0].Sequence - 1;
        }
    }

    public void Start(ICommitLog log)
    {
        _log = log;
        _table.Start(() => log.DurableThrough);
        _filing.Start();
    }

    public void Hurry(long through) => _table.Hurry();

    public void LetGo(string reason) => throw new InvalidOperationException("Requests are not derived: the log does not go on without them.");

    public void StopFollowing() => _filing.Stop();

    public void Dispose() => _files.Dispose();

    private void NoteFiled()
    {
        Lookup.UnfiledLoss = null; // a file says it now
        _log!.NoteDurable(this);
    }
}
