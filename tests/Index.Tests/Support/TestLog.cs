using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using DocService.Storage.Clock;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Support;

/// <summary>A log in memory, with the documents' files, whose every step the test takes.</summary>
internal sealed class TestLog : ICommitLog, IFiledDocuments
{
    private readonly Lock _gate = new();
    private readonly List<FollowedCommit> _commits = [];
    private readonly SortedDictionary<string, FollowedOperation> _files = new(StringComparer.Ordinal);
    private readonly List<FollowedOperation> _versions = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _through;

    public Guid StoreId
    {
        get
        {
            Asked?.Invoke();
            return new Guid("00112233-4455-6677-8899-aabbccddeeff");
        }
    }

    /// <summary>Called when a follower's thread asks whose log it is: what happens before it has looked at anything.</summary>
    public Action? Asked { get; set; }

    public IFiledDocuments Documents => this;

    public StoreTime Time { get; set; } = new(TimeProvider.System);

    public int Directories => 2;

    /// <summary>Called before a file is read, with its name: what happens meanwhile.</summary>
    public Action<string>? Reading { get; set; }

    /// <summary>Commits up to here are gone from the log.</summary>
    public long GoneThrough { get; set; }

    public List<string> Failures { get; } = [];

    public int DurableNotes { get; private set; }

    public long FiledThrough { get; set; }

    public long DurableThrough
    {
        get
        {
            lock (_gate)
            {
                return _through;
            }
        }
    }

    public static FollowedOperation Put(string id, string body, long version, bool isHidden = false) =>
        new(isHidden ? DocumentKey.CreateHidden(id) : DocumentKey.Create(id), Info(body, version), Encoding.UTF8.GetBytes(body)) { Version = version };

    public static FollowedOperation Delete(string id, long version) => new(DocumentKey.Create(id), null, default) { Version = version };

    public static FollowedCommit Commit(params FollowedOperation[] operations) => new(operations.Max(operation => operation.Version), operations);

    public void Publish(FollowedCommit commit)
    {
        lock (_gate)
        {
            _commits.Add(commit);
            _through = commit.Sequence;
            _next.TrySetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>A commit of one write of each of the documents.</summary>
    public void Publish(params FollowedOperation[] operations) => Publish(Commit(operations));

    /// <summary>The files of the documents that these writes leave, filed.</summary>
    public void File(params FollowedOperation[] operations)
    {
        lock (_gate)
        {
            foreach (FollowedOperation operation in operations)
            {
                _files[operation.Key.Id] = operation;
                _through = FiledThrough = Math.Max(FiledThrough, operation.Version);
            }
        }
    }

    /// <summary>Files of versions that are kept.</summary>
    public void FileVersions(params FollowedOperation[] versions)
    {
        lock (_gate)
        {
            _versions.AddRange(versions);
        }
    }

    public IReadOnlyList<string> ListVersions(int directory) => [.. Enumerable.Range(0, _versions.Count).Where(number => number % 2 == directory).Select(number => $"{number}")];

    public FiledDocument? ReadVersion(int directory, string name)
    {
        FollowedOperation version = _versions[int.Parse(name, CultureInfo.InvariantCulture)];
        return new FiledDocument(version.Key, new StoredDocument(version.Info!, version.Body.ToArray()));
    }

    public ICommitCursor OpenCursor(long after) => new Cursor(this, after);

    public Task WaitForCommitsAsync(long after, CancellationToken cancellation)
    {
        lock (_gate)
        {
            return _through > after ? Task.CompletedTask : _next.Task.WaitAsync(cancellation);
        }
    }

    public void NoteDurable(IFollower follower) => DurableNotes++;

    public void Fail(IFollower follower, string reason)
    {
        lock (_gate)
        {
            Failures.Add(reason);
        }

        follower.LetGo(reason);
    }

    public long Rejoin(IFollower follower) => FiledThrough;

    public IReadOnlyList<string> List(int directory)
    {
        lock (_gate)
        {
            return [.. _files.Keys.Where((_, index) => index % 2 == directory)];
        }
    }

    public FiledDocument? Read(int directory, string name)
    {
        FollowedOperation file;
        lock (_gate)
        {
            file = _files[name]; // opened: what happens from here on does not change what is read
        }

        Reading?.Invoke(name);
        return file.Info is null ? null : new FiledDocument(file.Key, new StoredDocument(file.Info, file.Body.ToArray()));
    }

    private static DocumentInfo Info(string body, long version) => new()
    {
        Version = version,
        ContentType = "application/json",
        Created = DateTimeOffset.UnixEpoch,
        Modified = DateTimeOffset.UnixEpoch.AddSeconds(version),
        Length = Encoding.UTF8.GetByteCount(body),
        Sha256 = Sha256Digest.Of(Encoding.UTF8.GetBytes(body)),
    };

    private sealed class Cursor(TestLog log, long after) : ICommitCursor
    {
        public long Position { get; private set; } = after;

        public bool TryRead([NotNullWhen(true)] out FollowedCommit? commit)
        {
            lock (log._gate)
            {
                if (Position < log.GoneThrough)
                {
                    throw new CommitsMissingException("They are gone.");
                }

                commit = log._commits.Find(one => one.Sequence > Position);
            }

            Position = commit?.Sequence ?? Position;
            return commit is not null;
        }

        public void Dispose()
        {
        }
    }
}
