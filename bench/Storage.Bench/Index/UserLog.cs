using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DocService.Storage.Clock;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Index;

/// <summary>A log that makes its commits when they are read: users by the thousand, as batches bring them. Files come in the order of digests, which is none.</summary>
internal sealed class UserLog(UserDocuments users) : ICommitLog, IFiledDocuments
{
    private const int OperationsOfACommit = 1000;

    private readonly Lock _gate = new();
    private readonly List<Part> _parts = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _through;
    private bool _areFiled;

    /// <param name="First">Sequence of its first commit.</param>
    /// <param name="Count">Documents.</param>
    /// <param name="Every">Distance between their numbers; below zero they come at random.</param>
    private sealed record Part(long First, int Count, int Every)
    {
        public long Last => First + ((Count - 1) / OperationsOfACommit);
    }

    public Guid StoreId { get; } = new("00112233-4455-6677-8899-aabbccddeeff");

    public IFiledDocuments Documents => this;

    public StoreTime Time { get; } = new(TimeProvider.System);

    public long DurableThrough => Volatile.Read(ref _through);

    public long FiledThrough => _areFiled ? DurableThrough : 0;

    public int Directories => _areFiled ? 4096 : 0;

    /// <summary>Users to be written, now to be read.</summary>
    public void Publish(int every)
    {
        lock (_gate)
        {
            _parts.Add(new Part(_through + 1, users.Count / Math.Abs(every), every));
            Volatile.Write(ref _through, _parts[^1].Last);
            _next.SetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>All users have files.</summary>
    public void FileAll() => _areFiled = true;

    public ICommitCursor OpenCursor(long after) => new Cursor(this, after);

    public Task WaitForCommitsAsync(long after, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _through > after ? Task.CompletedTask : _next.Task.WaitAsync(cancellation);
        }
    }

    public void NoteDurable(IFollower follower)
    {
    }

    public void Fail(IFollower follower, string reason)
    {
    }

    public long Rejoin(IFollower follower) => FiledThrough;

    public IReadOnlyList<string> List(int directory)
    {
        int first = (int)((long)users.Count * directory / Directories);
        int behind = (int)((long)users.Count * (directory + 1) / Directories);
        return [.. Enumerable.Range(first, behind - first).Select(place => Scatter(place).ToString(CultureInfo.InvariantCulture))];
    }

    public FiledDocument? Read(int directory, string name)
    {
        FollowedOperation put = users.Put(int.Parse(name, CultureInfo.InvariantCulture), version: 1, edition: 0);
        return new FiledDocument(put.Key, new StoredDocument(put.Info!, put.Body.ToArray()));
    }

    /// <summary>Each number once, in no order: the factor is a prime that no count here has.</summary>
    private int Scatter(int place) => (int)(place * 1_299_709_213L % users.Count);

    private FollowedCommit Make(long sequence)
    {
        Part part = _parts.Find(part => part.Last >= sequence)!;
        int first = (int)(sequence - part.First) * OperationsOfACommit;
        int behind = Math.Min(first + OperationsOfACommit, part.Count);
        return new FollowedCommit(sequence, [.. Enumerable.Range(first, behind - first).Select(place =>
            users.Put(part.Every > 0 ? place * part.Every : Scatter(place), sequence, edition: _parts.IndexOf(part)))]);
    }

    /// <summary>What the documents cost by themselves.</summary>
    public void ReadAll()
    {
        for (int number = 0; number < users.Count; number++)
        {
            _ = users.Put(number, 1, 0);
        }
    }

    private sealed class Cursor(UserLog log, long after) : ICommitCursor
    {
        public long Position { get; private set; } = after;

        public bool TryRead([NotNullWhen(true)] out FollowedCommit? commit)
        {
            lock (log._gate)
            {
                commit = Position < log._through ? log.Make(++Position) : null;
                return commit is not null;
            }
        }

        public void Dispose()
        {
        }
    }
}
