using DocService.Storage.Engine.Blocking;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Threading;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Engine.Blocking;

/// <summary>What is done for blocked documents does not grow with their number: each of 200,000 was tried again every second.</summary>
public sealed class BlockedCostTests
{
    private const int Many = 5_000;

    private static readonly FileSystemException NoRoom = new(SystemCall.Write, "/data", Errno.ENOSPC);
    private static readonly FileSystemException Denied = new(SystemCall.Open, "/data", Errno.EACCES);

    private readonly FakeTimeProvider _clock = new();
    private readonly BlockedDocuments _blocked;

    public BlockedCostTests() => _blocked = new BlockedDocuments(1 << 30, 1_000_000, new SystemThreads(_clock));

    [Fact]
    public void TryTakeDue_ManyOfOneObstacle_SomeAreTriedAfterEachPauseAndEachHasItsTurn()
    {
        AddMany(NoRoom);
        Assert.Empty(TakeAll());
        var turns = new HashSet<Sha256Digest>();
        int pauses = 0;
        while (turns.Count < Many)
        {
            _clock.Advance(_blocked.UntilDue);
            List<Sha256Digest> taken = TakeAll();
            Assert.InRange(taken.Count, 1, Obstacle.TriedTogether);
            Assert.All(taken.Take(Many - turns.Count), document => Assert.True(turns.Add(document)));
            taken.ForEach(document => Add(document, 0, NoRoom));
            pauses++;
        }

        Assert.Equal((Many + Obstacle.TriedTogether - 1) / Obstacle.TriedTogether, pauses);
        Assert.Equal(TimeSpan.FromSeconds(1), _blocked.UntilDue);
    }

    [Fact]
    public void TryTakeDue_OneIsFiledAgain_TheOthersFollowWithoutAPause()
    {
        AddMany(NoRoom);
        _clock.Advance(_blocked.UntilDue);
        for (int left = Many; left > 0; left--)
        {
            Assert.True(_blocked.TryTakeDue(out Sha256Digest document));
            _blocked.Remove(document, out _);
        }

        Assert.Equal((0, long.MaxValue, Timeout.InfiniteTimeSpan, null), (_blocked.Count, _blocked.LowestSequence, _blocked.UntilDue, _blocked.Obstacle));
        Assert.False(_blocked.IsOutOfSpace);
    }

    [Fact]
    public void Add_WithAnotherReason_CountsForThatOneAlone()
    {
        Sha256Digest document = Digest(1);
        Add(document, 5, NoRoom);
        Assert.Equal((true, 0L), (_blocked.IsOutOfSpace, _blocked.Bytes));
        Add(document, 0, Denied);
        Assert.False(_blocked.IsOutOfSpace);
        Assert.True(_blocked.Bytes > 0);
        Assert.StartsWith("1 document in docs/", _blocked.Obstacle, StringComparison.Ordinal);
        Add(document, 9, Denied);
        Assert.Equal((1, 9L), (_blocked.Count, _blocked.LowestSequence));
        Assert.Equal([document], _blocked.Holding(1, through: 9));
        Assert.Empty(_blocked.Holding(1, through: 8));
        _blocked.Remove(document, out bool isNews);
        Assert.True(isNews);
        Assert.Equal((0, 0L, null), (_blocked.Count, _blocked.Bytes, _blocked.Obstacle));
    }

    [Fact]
    public void LowestSequence_AfterEachChange_IsThatOfTheDocumentsThatAreLeft()
    {
        var random = new Random(20_261_127);
        var expected = new Dictionary<int, long>();
        for (int sequence = 1; sequence < 2_000; sequence++)
        {
            int n = random.Next(50);
            if (random.Next(3) == 0)
            {
                _ = expected.Remove(n);
                _blocked.Remove(Digest(n), out _);
            }
            else
            {
                expected[n] = sequence;
                Add(Digest(n), sequence, random.Next(2) == 0 ? NoRoom : Denied);
            }

            Assert.Equal(expected.Values.DefaultIfEmpty(long.MaxValue).Min(), _blocked.LowestSequence);
            Assert.Equal(expected.Count, _blocked.Count);
        }
    }

    private void AddMany(FileSystemException failure)
    {
        for (int n = 1; n <= Many; n++)
        {
            Add(Digest(n), n, failure);
        }
    }

    private List<Sha256Digest> TakeAll()
    {
        var taken = new List<Sha256Digest>();
        while (_blocked.TryTakeDue(out Sha256Digest document))
        {
            taken.Add(document);
        }

        return taken;
    }

    private void Add(Sha256Digest document, long sequence, FileSystemException failure) =>
        _blocked.Add(document, new PendingVersion(Math.Max(1, sequence), OperationKind.Put, default, new RecordLocator(1, 4096, 300, 0), false), (sequence, sequence), 0, failure, out _);

    private static Sha256Digest Digest(int n) => Sha256Digest.Of(BitConverter.GetBytes(n));
}
