using System.Collections.Concurrent;
using System.Text;
using DocService.Storage.Followers;
using DocService.Storage.Tests.Journal;

namespace DocService.Storage.Tests.Followers;

/// <summary>Keeps a copy of all documents by what the log tells. What is durable of it the test says.</summary>
internal sealed class TestFollower(long position = 0) : IFollower
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _applying = new();
    private ICommitLog? _log;
    private Task _work = Task.CompletedTask;
    private volatile TestFollower? _flushed;
    private long _durable = position;
    private long _position = position;

    public string Name => "the test's follower";

    public bool IsDerived { get; init; } = true;

    /// <summary>Whether everything counts as durable as soon as it has been read.</summary>
    public bool IsEager { get; init; }

    public long DurablePosition => Interlocked.Read(ref _durable);

    public long Position => Interlocked.Read(ref _position);

    public ConcurrentDictionary<string, (long Version, string? Body)> Documents { get; init; } = new();

    public ConcurrentQueue<long> Sequences { get; } = new();

    /// <summary>Fields of the commits' records.</summary>
    public ConcurrentQueue<(int Kind, string Value)> Fields { get; } = new();

    /// <summary>Why it was let go; null while it follows.</summary>
    public string? Reason { get; private set; }

    public long HurriedThrough { get; private set; }

    public ICommitLog Log => _log!;

    public void Start(ICommitLog log)
    {
        _log = log;
        _work = Task.Run(FollowAsync);
    }

    public void Hurry(long through)
    {
        HurriedThrough = through;
        if (FlushesWhenHurried)
        {
            Flush();
        }
    }

    /// <summary>So many times it fails when it is let go.</summary>
    public int Failures { get; set; }

    public void LetGo(string reason)
    {
        if (Failures > 0)
        {
            Failures--;
            throw new InvalidOperationException("the test's");
        }

        Reason = reason;
    }

    public void StopFollowing()
    {
        _stopped.Cancel();
        _work.GetAwaiter().GetResult();
    }

    public void MakeDurable(long through)
    {
        Interlocked.Exchange(ref _durable, through);
        _log!.NoteDurable(this);
    }

    /// <summary>Whether it becomes durable when a segment waits for it.</summary>
    public bool FlushesWhenHurried { get; init; }

    /// <summary>What a restart would find of it; null while nothing of this run is durable.</summary>
    public TestFollower? Durable => _flushed;

    /// <summary>All that it has read so far becomes durable.</summary>
    public void Flush()
    {
        lock (_applying)
        {
            _flushed = Copy(Position, Documents);
            MakeDurable(Position);
        }
    }

    private TestFollower Copy(long at, IEnumerable<KeyValuePair<string, (long, string?)>> documents) =>
        new(at) { Documents = new ConcurrentDictionary<string, (long, string?)>(documents), IsDerived = IsDerived, FlushesWhenHurried = FlushesWhenHurried };

    public Task UntilAsync(long sequence) => JournalTest.UntilAsync(() => Position >= sequence, $"it follows through {sequence}");

    private async Task FollowAsync()
    {
        try
        {
            using ICommitCursor cursor = _log!.OpenCursor(Position);
            while (!_stopped.IsCancellationRequested)
            {
                while (cursor.TryRead(out FollowedCommit? commit))
                {
                    lock (_applying)
                    {
                        Apply(commit);
                    }
                }

                await _log.WaitForCommitsAsync(cursor.Position, _stopped.Token);
            }
        }
        catch (CommitsMissingException exception)
        {
            _log!.Fail(this, exception.Message);
        }
        catch (OperationCanceledException)
        {
            // The store stops.
        }
    }

    private void Apply(FollowedCommit commit)
    {
        Sequences.Enqueue(commit.Sequence);
        foreach (RecordField field in commit.Fields)
        {
            Fields.Enqueue((field.Kind, Encoding.UTF8.GetString(field.Value.Span)));
        }

        foreach (FollowedOperation operation in commit.Operations.Where(operation => !operation.IsSuperseded))
        {
            Documents[operation.Key.Id] = (commit.Sequence, operation.Info is null ? null : Encoding.UTF8.GetString(operation.Body.Span));
        }

        Interlocked.Exchange(ref _position, commit.Sequence);
        if (IsEager)
        {
            MakeDurable(commit.Sequence);
        }
    }
}
