using System.Runtime.Versioning;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Engine.Caching;

/// <summary>A held document whose file is changed behind the store's back.</summary>
public sealed class CacheFileTests : CacheTest
{
    [Theory]
    [InlineData("changed", false)]
    [InlineData("removed", false)]
    [InlineData("rotten", false)]
    [InlineData("changed", true)]
    [Trait("Shows", "sabotage")]
    public void Read_FileTouchedByHand_IsNoticedOnlyIfTheFileIsAskedFor(string what, bool isSabotaged)
    {
        SimulatedFileSystem disk = Scene.Prepared();
        var scheduler = new SeededScheduler(SchedulePolicy.Calm(new Random(0))) { LeftOut = isSabotaged ? Mend.CacheAsksForTheFile : null };
        SimulatedProcess.Run(disk, scheduler, async () =>
        {
            await using DocumentStore store = Scene.Open(disk, scheduler);
            await store.PutAsync(Scene.Old, "1");
            byte[] first = disk.Disk.Read(Scene.FileOf(Scene.Old));
            await store.PutAsync(Scene.Old, "2");
            await ReadAsync(store, Scene.Old);
            Assert.Equal("2", await ReadAsync(store, Scene.Old));
            Assert.NotNull(store.TryReadCached(Scene.Old));
            switch (what)
            {
                case "changed":
                    disk.Disk.Remove(Scene.FileOf(Scene.Old));
                    disk.Disk.Write(Scene.FileOf(Scene.Old), first);
                    break;
                case "removed":
                    disk.Disk.Remove(Scene.FileOf(Scene.Old));
                    break;
                default:
                    disk.Disk.FlipBit(Scene.FileOf(Scene.Old), first.Length - 1, 0);
                    break;
            }

            Assert.Equal(isSabotaged, store.TryReadCached(Scene.Old) is not null);
            if (what == "rotten")
            {
                await Assert.ThrowsAsync<DocumentCorruptException>(() => ReadAsync(store, Scene.Old));
                Assert.Null(store.TryReadCached(Scene.Old));
            }
            else
            {
                Assert.Equal(what == "removed" ? null : "1", await ReadAsync(store, Scene.Old));
            }
        });
    }

    [Fact]
    public async Task Read_FileStateCannotBeAsked_IsReadInstead()
    {
        await using DocumentStore store = JournalTest.Open(Disk);
        await HoldAsync(store, "1");
        _ = Disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.GetStamp && JournalTest.IsInDocuments(call));

        Assert.Null(store.TryReadCached("a"));
        Assert.Equal("1", await ReadAsync(store));
        Assert.Equal((0, "1"), (store.Status.Cache.Documents, await ReadAsync(store)));
    }

    /// <summary>On a real filesystem: its length and time of writing are put back, its time of change cannot be.</summary>
    [Theory]
    [InlineData("content")]
    [InlineData("rights")]
    [SupportedOSPlatform("linux")]
    public async Task Read_FileChangedByHandWithItsTimePutBack_IsReadAgain(string what)
    {
        using var directory = new TestDirectory();
        await using DocumentStore store = TestDocuments.Open(directory.Path);
        await HoldAsync(store, "\"one\"");
        string path = Assert.Single(Directory.GetFiles(directory.Combine("docs"), "a.json", SearchOption.AllDirectories));
        DateTime written = File.GetLastWriteTimeUtc(path);
        WaitForTheClockOf(directory);
        if (what == "rights")
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }
        else
        {
            byte[] bytes = await File.ReadAllBytesAsync(path);
            bytes[^2] ^= 1;
            await using FileStream file = File.OpenWrite(path);
            await file.WriteAsync(bytes);
        }

        File.SetLastWriteTimeUtc(path, written);

        Assert.Null(store.TryReadCached("a"));
        if (what == "content")
        {
            await Assert.ThrowsAsync<DocumentCorruptException>(() => ReadAsync(store));
        }
    }

    /// <summary>The clock of the filesystem may go by ticks of some milliseconds; within one a file may be changed unseen (<see cref="FileStamp"/>).</summary>
    private static void WaitForTheClockOf(TestDirectory directory)
    {
        string probe = directory.Combine("probe");
        File.WriteAllText(probe, string.Empty);
        DateTime now = File.GetLastWriteTimeUtc(probe);
        while (File.GetLastWriteTimeUtc(probe) == now)
        {
            File.WriteAllText(probe, string.Empty);
        }
    }
}
