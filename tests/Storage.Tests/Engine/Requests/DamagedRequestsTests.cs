using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;
using DocService.Storage.Requests;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>Remembered requests whose files, journal or directory are damaged: no key is taken for new that may have been used.</summary>
public sealed class DamagedRequestsTests : RequestTest
{
    [Fact]
    public async Task Opening_AFileIsDamaged_UnknownKeysAreAnsweredHonestly()
    {
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "lost", PutA);
        }

        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "kept", PutA);
        }

        string path = Folder + "/00000001.requests";
        byte[] bytes = Disk.Disk.Read(path);
        bytes[RequestFileHeader.Bytes + 60] ^= 1;
        Disk.Disk.Write(path, bytes);

        Assert.Contains(StoreVerification.Run(Disk, JournalTest.Data).Damage, damage => damage.File == "requests/00000001.requests");
        await using DocumentStore again = JournalTest.Open(Disk);
        Assert.NotNull((await OnceAsync(again, "kept", PutA)).Replayed);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", PutA));
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
        Assert.Contains("00000001.requests", again.Status.Requests!.Damage, StringComparison.Ordinal);
        await again.PutAsync("without", "1");
    }

    [Theory]
    [InlineData(1)] // the header of a file
    [InlineData(4096)] // its first entry
    [InlineData(0)] // the whole file
    public async Task Opening_TheNewestFileIsDamaged_UnknownKeysAreAnsweredHonestly(int offset)
    {
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "lost", PutA);
        }

        await JournalTest.Open(Disk).DisposeAsync(); // from now on the journal does not have it any more
        string path = Folder + "/00000001.requests";
        byte[] bytes = Disk.Disk.Read(path);
        if (offset == 0)
        {
            bytes = [];
        }
        else
        {
            bytes[offset + 8] ^= 1;
        }

        Disk.Disk.Write(path, bytes);
        await using DocumentStore again = JournalTest.Open(Disk);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", PutA));
    }

    [Fact]
    public async Task Opening_BehindTheLastSealLiesGarbage_IsNoDamage()
    {
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "k", PutA);
        }

        string path = Folder + "/00000001.requests";
        byte[] garbage = new byte[10_000];
        new Random(1).NextBytes(garbage);
        Disk.Disk.Write(path, [.. Disk.Disk.Read(path), .. garbage]);
        await using (DocumentStore again = JournalTest.Open(Disk))
        {
            Assert.NotNull((await OnceAsync(again, "k", PutA)).Replayed);
            Assert.Null((await OnceAsync(again, "new", PutA)).Replayed);
            Assert.Null(again.Status.Requests!.Damage);
        }

        Assert.Empty(StoreVerification.Run(Disk, JournalTest.Data).Damage);
    }

    [Fact]
    public async Task Opening_TheLastSealIsDamagedAndTheJournalHasLetGo_KeepsTheKeysBehindItAndTakesNoneForNew()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(Disk).DisposeAsync(); // from now on the journal does not have it any more
        DamageLastSeal();
        Assert.Contains(StoreVerification.Run(Disk, JournalTest.Data).Damage, damage => damage.File == "requests/00000001.requests");
        for (int start = 0; start < 2; start++)
        {
            await using DocumentStore again = JournalTest.Open(Disk);
            AssertReplayed(first, await OnceAsync(again, "k", PutA));
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
        }
    }

    [Fact]
    public async Task Opening_ThereIsNoRoomToFileALoss_NoKeyIsTakenForNew()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(Disk).DisposeAsync(); // from now on the journal does not have it any more
        DamageLastSeal();
        Disk.FailCall(1, Errno.ENOSPC, forever: true, where: static call => call.Kind == CallKind.Write && call.Path.StartsWith(Folder, StringComparison.Ordinal));
        await using DocumentStore again = JournalTest.Open(Disk);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
    }

    [Fact]
    public async Task Opening_TheLastSealIsDamagedAndTheJournalHasTheRequests_FilesThemAgain()
    {
        CommitResult first;
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            first = await OnceAsync(store, "k", PutA);
        }

        DamageLastSeal();
        Assert.Empty(StoreVerification.Run(Disk, JournalTest.Data).Damage);
        await using DocumentStore again = JournalTest.Open(Disk);
        AssertReplayed(first, await OnceAsync(again, "k", PutA));
        Assert.Null((await OnceAsync(again, "new", PutA)).Replayed);
        Assert.Null(again.Status.Requests!.Damage);
    }

    [Fact]
    public async Task Salvage_OfADamagedJournal_KeepsTheKeysThatItCanRead()
    {
        DocumentStore store = JournalTest.Open(Disk);
        CommitResult kept = await OnceAsync(store, "kept", PutA);
        await OnceAsync(store, "lost", [Put("b", "1")]);
        await OnceAsync(store, "behind", [Put("c", "1")]);
        Disk = Disk.Kill();
        await store.DisposeAsync();
        Disk.Disk.FlipBit(JournalTest.PathOf("00000001.journal"), (2 * JournalTest.Block) + 100, 0); // each commit is a group of its own
        await using (DocumentStore damaged = JournalTest.Open(Disk))
        {
            await Assert.ThrowsAsync<JournalDamagedException>(() => OnceAsync(damaged, "kept", PutA));
        }

        Assert.True(StoreSalvage.Run(Disk, JournalTest.Options, TimeProvider.System).WasDamaged);
        await using DocumentStore again = JournalTest.Open(Disk);
        AssertReplayed(kept, await OnceAsync(again, "kept", PutA));
        Assert.NotNull((await OnceAsync(again, "behind", [Put("c", "1")])).Replayed);
        await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "lost", [Put("b", "1")]));
    }

    [Fact]
    public async Task Opening_TheDirectoryOfRequestsWasRemoved_ForgetsAndGoesOn()
    {
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "k", PutA);
        }

        await JournalTest.Open(Disk).DisposeAsync(); // the journal does not have it any more
        Disk.Disk.Remove(Folder + "/00000001.requests");
        Disk.Disk.Remove(Folder);
        await using DocumentStore again = JournalTest.Open(Disk);
        Assert.Null((await OnceAsync(again, "k", PutA)).Replayed);
    }

    [Fact]
    public async Task Opening_AnOlderJournalWasPutBack_NoKeyIsTakenForNew()
    {
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "first", PutA);
        }

        SimulatedFileSystem older = Disk.Kill();
        await using (DocumentStore store = JournalTest.Open(Disk))
        {
            await OnceAsync(store, "second", PutA);
        }

        older.Disk.Write(Folder + "/00000002.requests", Disk.Disk.Read(Folder + "/00000002.requests"));
        for (int start = 0; start < 3; start++)
        {
            await using DocumentStore again = JournalTest.Open(older);
            Assert.NotNull((await OnceAsync(again, "first", PutA)).Replayed);
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "second", PutA));
            await Assert.ThrowsAsync<RequestsUnknownException>(() => OnceAsync(again, "new", PutA));
            Assert.NotNull(again.Status.Requests!.Damage);
            for (int write = 0; write < 5; write++)
            {
                await again.PutAsync("b", "1"); // the log goes on beyond what the other one had
            }
        }
    }

    private void DamageLastSeal()
    {
        const string Path = Folder + "/00000001.requests";
        Disk.Disk.FlipBit(Path, Disk.Disk.Read(Path).Length - RequestFileHeader.Bytes + 20, 0);
    }
}
