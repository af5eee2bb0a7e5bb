using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;
using Xunit.Abstractions;

namespace DocService.Storage.Tests.Engine.Versions;

public sealed class PendingTests(ITestOutputHelper output)
{
    private static readonly Sha256Digest Document = DocumentKey.Create("a").Digest;

    private readonly Watermarks _marks = new(0, 0);

    [Fact]
    public void Find_UnpublishedVersion_IsInvisible()
    {
        var pending = new Pending(_marks);
        pending.Add(Document, Version(1));
        Assert.Null(Find(pending));

        Publish(pending, 1);
        Assert.Equal(1, Find(pending));
    }

    /// <summary>What is written must not fail for lack of memory; so the room is made before.</summary>
    [Fact]
    public void Add_AfterItWasExpected_TakesNoMemory()
    {
        var pending = new Pending(_marks);
        DocumentKey[] keys = [.. Enumerable.Range(0, 5_000).Select(n => DocumentKey.Create($"d{n}"))];
        for (int round = 1; round <= 2; round++)
        {
            foreach (DocumentKey key in keys)
            {
                pending.Expect(key.Digest);
            }

            pending.GiveBackRoom(); // as the filer may at any time
            int room = pending.Room;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int n = 0; n < keys.Length; n++)
            {
                pending.Add(keys[n].Digest, Version((round * 10_000) + n));
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal((room, 0), (pending.Room, taken));
            Publish(pending, (round * 10_000) + keys.Length);
        }
    }

    [Fact]
    public void Expect_ForgottenWithoutAnAdd_GivesItsRoomBack()
    {
        var pending = new Pending(_marks);
        for (int n = 0; n < 500_000; n++)
        {
            pending.Expect(Document);
        }

        Assert.True(pending.Room >= 500_000);
        pending.ForgetExpected();
        pending.GiveBackRoom();
        Assert.True(pending.Room < 200_000, $"{pending.Room}");
    }

    [Fact]
    public void Find_WhileTheNewVersionIsUnpublished_ServesThePreviousOne()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        pending.Add(Document, Version(2));
        Assert.Equal(1, Find(pending));

        Publish(pending, 2);
        Assert.Equal(2, Find(pending));
    }

    [Fact]
    public void Find_BetweenThePublicationAndItsNote_IsTheNewVersion()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        pending.Add(Document, Version(2));
        _marks.AdvanceAppended(2);
        _marks.AdvanceDurable(2);

        Assert.Equal(2, Find(pending));
        Assert.Equal(1, pending.FollowedCount);
    }

    [Fact]
    public void Remove_FiledVersionWithAnUnpublishedSuccessor_LeavesTheFileToBeRead()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        pending.Add(Document, Version(2));
        pending.Remove(Document, 1);
        Assert.Null(Find(pending));
        Assert.Equal(1, pending.Count);

        Publish(pending, 2);
        Assert.Equal(2, Find(pending));
    }

    [Fact]
    public void Remove_SupersededVersion_KeepsTheNewerOne()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        Add(pending, 2);
        pending.Remove(Document, 1);
        Assert.Equal((2, 1), (Find(pending), pending.Count));
    }

    [Fact]
    public void Remove_OlderThanThePredecessor_KeepsBoth()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        Add(pending, 2);
        pending.Add(Document, Version(3));
        pending.Remove(Document, 1);
        Assert.Equal(2, Find(pending));

        Publish(pending, 3);
        Assert.Equal(3, Find(pending));
    }

    [Fact]
    public void Remove_Newest_LeavesNothing()
    {
        var pending = new Pending(_marks);
        Add(pending, 1);
        Add(pending, 2);
        pending.Remove(Document, 2);
        Assert.Equal((null, 0, 0), (Find(pending), pending.Count, pending.FollowedCount));
    }

    [Fact]
    public void Add_ManyVersions_KeepsNoneBehindThePublishedOne()
    {
        var pending = new Pending(_marks);
        for (int version = 1; version <= 100; version++)
        {
            Add(pending, version);
        }

        Assert.Equal((1, 0), (pending.Count, pending.FollowedCount));
        pending.Add(Document, Version(101));
        Assert.Equal((1, 1), (pending.Count, pending.FollowedCount));
    }

    [Fact]
    public void Add_PublishedVersionsOfRecovery_KeepsTheLastAlone()
    {
        var marks = new Watermarks(10, 0);
        var pending = new Pending(marks, expected: 2);
        pending.Add(Document, Version(3));
        pending.Add(Document, Version(7));
        Assert.Equal((7, 1, 0), (Find(pending), pending.Count, pending.FollowedCount));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Add_AfterAVersionWhoseFileIsEvidence_StillKeepsIt(bool isFirst, bool isSecond)
    {
        var pending = new Pending(_marks);
        pending.Add(Document, Version(1) with { KeepsEvidence = isFirst });
        Publish(pending, 1);
        pending.Add(Document, Version(2) with { KeepsEvidence = isSecond });
        Publish(pending, 2);

        Assert.True(pending.TryFind(Document, out PendingVersion found));
        Assert.Equal(isFirst || isSecond, found.KeepsEvidence);
    }

    [Fact]
    public void Remove_OfManyDocuments_GivesTheirRoomBack()
    {
        const int Many = 300_000;
        var pending = new Pending(_marks);
        Sha256Digest[] documents = [.. Enumerable.Range(0, Many).Select(n => DocumentKey.Create($"{n}").Digest)];
        foreach (Sha256Digest document in documents)
        {
            pending.Add(document, Version(1));
        }

        int full = pending.Room;
        Assert.InRange(full, Many, 4 * Many);
        Publish(pending, 1);
        foreach (Sha256Digest document in documents)
        {
            pending.Remove(document, 1);
        }

        Assert.Equal(0, pending.Count);
        Assert.InRange(pending.Room, 1, 130_000);
        Add(pending, 2);
        Assert.Equal(2, Find(pending));
    }

    [Fact]
    public void GiveBackRoom_FewerDocumentsThanExpected_KeepsWhatTheyNeed()
    {
        var pending = new Pending(_marks, expected: 1_000_000);
        Assert.InRange(pending.Room, 1_000_000, 2_000_000);
        Add(pending, 1);
        pending.GiveBackRoom();

        Assert.InRange(pending.Room, 1, 130_000);
        Assert.Equal(1, Find(pending));
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
                long now = Find(pending) ?? Volatile.Read(ref file);
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
                if (pending.TryFind(Document, out PendingVersion version))
                {
                    Volatile.Write(ref file, version.Version);
                    pending.Remove(Document, version.Version);
                }
            }
        });
        var random = new Random(seed);
        for (int version = 1; version <= versions; version++)
        {
            pending.Add(Document, Version(version));
            Thread.SpinWait(random.Next(20));
            Publish(pending, version);
            Thread.SpinWait(random.Next(20));
        }

        Volatile.Write(ref isDone, true);
        await Task.WhenAll([.. readers, filer]);
    }

    /// <summary>What the garbage collector may not have to look at is what has no reference in it.</summary>
    [Theory]
    [InlineData(typeof(PendingVersion))]
    [InlineData(typeof(FiledHeader))]
    [InlineData(typeof(FilingTicket))]
    public void WhatIsKeptOfADocument_HasNoReferences(Type kept) => Assert.False(HasReferences(kept));

    private static bool HasReferences(Type type) =>
        !type.IsPrimitive && !type.IsEnum
        && (!type.IsValueType || type.GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic).Any(field => HasReferences(field.FieldType)));

    private static long? Find(Pending pending) => pending.TryFind(Document, out PendingVersion version) ? version.Version : null;

    private static PendingVersion Version(long version, OperationKind kind = OperationKind.Put) => new(version, kind, default, default, KeepsEvidence: false);

    private void Add(Pending pending, long version)
    {
        pending.Add(Document, Version(version));
        Publish(pending, version);
    }

    private void Publish(Pending pending, long version)
    {
        _marks.AdvanceAppended(version);
        _marks.AdvanceDurable(version);
        pending.NotePublished(Document);
    }
}
