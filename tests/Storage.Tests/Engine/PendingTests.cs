using DocService.Storage.Engine;
using DocService.Storage.Journal;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Engine;

public sealed class PendingTests(ITestOutputHelper output)
{
    private static readonly DocumentKey Key = DocumentKey.Create("a");

    private readonly Watermarks _marks = new(0, 0);

    [Fact]
    public void Find_UnpublishedVersion_IsInvisible()
    {
        var pending = new Pending(_marks);
        pending.Add(Key, Entry(1));
        Assert.Null(pending.Find(Key));

        Publish(1);
        Assert.Equal(1, pending.Find(Key)!.Version);
    }

    [Fact]
    public void Find_WhileTheNewVersionIsUnpublished_ServesThePreviousOne()
    {
        var pending = new Pending(_marks);
        pending.Add(Key, Entry(1));
        Publish(1);
        pending.Add(Key, Entry(2));
        Assert.Equal(1, pending.Find(Key)!.Version);

        Publish(2);
        Assert.Equal(2, pending.Find(Key)!.Version);
    }

    [Fact]
    public void Remove_FiledVersionWithAnUnpublishedSuccessor_LeavesTheFileToBeRead()
    {
        var pending = new Pending(_marks);
        PendingEntry filed = Entry(1);
        pending.Add(Key, filed);
        Publish(1);
        pending.Add(Key, Entry(2));
        pending.Remove(Key, filed);
        Assert.Null(pending.Find(Key));
        Assert.Equal(1, pending.Count);

        Publish(2);
        Assert.Equal(2, pending.Find(Key)!.Version);
    }

    [Fact]
    public void Remove_SupersededVersion_KeepsTheNewerOne()
    {
        var pending = new Pending(_marks);
        PendingEntry filed = Entry(1);
        pending.Add(Key, filed);
        Publish(1);
        pending.Add(Key, Entry(2));
        Publish(2);
        pending.Remove(Key, filed);
        Assert.Equal(2, pending.Find(Key)!.Version);
    }

    [Fact]
    public void Add_ManyVersions_KeepsNoChainOfThem()
    {
        var pending = new Pending(_marks);
        PendingEntry newest = Entry(0);
        for (int version = 1; version <= 100; version++)
        {
            pending.Add(Key, newest = Entry(version));
            Publish(version);
        }

        Assert.Null(newest.Previous?.Previous);
    }

    [Fact]
    public void UnappliedDeletes_NamesPublishedTombstonesOnly()
    {
        var pending = new Pending(_marks);
        pending.Add(Key, Entry(1, OperationKind.Delete));
        pending.Add(DocumentKey.Create("b"), Entry(2));
        pending.Add(DocumentKey.Create("c"), Entry(3, OperationKind.Delete));
        Publish(2);

        KeyValuePair<DocumentKey, PendingEntry> found = Assert.Single(pending.UnappliedDeletes());
        Assert.Equal("a", found.Key.Id);
        found.Value.IsAppliedEarly = true;
        Assert.Empty(pending.UnappliedDeletes());
    }

    [Fact]
    public async Task Find_WhileOthersAddPublishAndFile_NeverGoesBack()
    {
        const int seed = 4711;
        const int versions = 60_000;
        output.WriteLine($"seed {seed}");
        var pending = new Pending(_marks);
        long file = 0; // the version in the document's file
        bool isDone = false;
        Task[] readers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            long seen = 0;
            while (!Volatile.Read(ref isDone))
            {
                long published = _marks.DurableThrough;
                long now = pending.Find(Key)?.Version ?? Volatile.Read(ref file);
                Assert.True(now >= seen, $"version {now} after {seen}");
                Assert.True(now >= published, $"version {now}, {published} was published");
                Assert.True(now <= _marks.DurableThrough, $"version {now} before its publication");
                seen = now;
            }
        }))];
        Task filer = Task.Run(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                if (pending.Find(Key) is { } entry)
                {
                    Volatile.Write(ref file, entry.Version);
                    pending.Remove(Key, entry);
                }
            }
        });
        var random = new Random(seed);
        for (int version = 1; version <= versions; version++)
        {
            pending.Add(Key, Entry(version));
            Thread.SpinWait(random.Next(20));
            Publish(version);
            Thread.SpinWait(random.Next(20));
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll([.. readers, filer]);
    }

    private static PendingEntry Entry(long version, OperationKind kind = OperationKind.Put) => new(version, kind, null, default, keepsEvidence: false);

    private void Publish(long version)
    {
        _marks.AdvanceAppended(version);
        _marks.AdvanceDurable(version);
    }
}
