using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Io;
using DocService.Storage.Requests;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>The files of remembered requests by themselves: their time across starts, and how a start reads them.</summary>
public sealed class RequestFilesTests
{
    private const string Folder = "/r";

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly HandClock _clock = new();
    private SimulatedFileSystem _disk = new();

    public RequestFilesTests() => _disk.Disk.CreateDirectory(Folder);

    [Fact]
    public void KeepTime_OnceAnHour_SurvivesAKill()
    {
        Run(files =>
        {
            files.Add([Request(1)]);
            _clock.Now += Hour;
            files.KeepTime(isStopping: false);
            _clock.Now += Hour / 2;
            files.KeepTime(isStopping: false); // not yet again
        });
        Kill();
        Run(files => Assert.Equal(Hour, files.Running));
    }

    [Fact]
    public void KeepTime_AtAStopWithoutARequestInThisLife_SurvivesIt()
    {
        Run(files => files.Add([Request(1)]));
        for (int start = 0; start < 3; start++)
        {
            Run(files =>
            {
                Assert.Equal(start * Hour / 2, files.Running);
                _clock.Now += Hour / 2;
                files.KeepTime(isStopping: true);
            });
        }

        Run(files => Assert.Equal(1, files.Count));
    }

    [Fact]
    public void KeepTime_NothingIsRemembered_WritesNothing()
    {
        Run(files =>
        {
            _clock.Now += 100 * Hour;
            files.KeepTime(isStopping: false);
            files.KeepTime(isStopping: true);
        });
        Assert.DoesNotContain(_disk.Disk.Tree(), static path => path.EndsWith(".requests", StringComparison.Ordinal));
    }

    /// <summary>Files that only tell the time are not kept for its sake.</summary>
    [Fact]
    public void Drop_TheLastRequestIsOldEnough_DropsFilesOfTimeAlongWithIt()
    {
        Run(files => files.Add([Request(1)]));
        for (int start = 0; start < 3; start++)
        {
            Run(files =>
            {
                _clock.Now += Hour;
                files.KeepTime(isStopping: true);
                Assert.Equal(start + 2, files.FileCount);
            });
        }

        Run(files =>
        {
            _clock.Now += 21 * Hour;
            Assert.Null(files.Drop());
            Assert.Equal(0, files.FileCount);
        });
    }

    /// <summary>Damage ends although the server is restarted more often than its requests grow old, and nobody can write a new one.</summary>
    [Fact]
    public void Damage_OfAServerThatIsRestartedDaily_Ends()
    {
        Run(files => files.Add([Request(1), Request(2)]));
        _disk.Disk.FlipBit(Folder + "/00000001.requests", RequestFileHeader.Bytes + 60, 0);
        int starts = 0;
        for (bool isDamaged = true; isDamaged; starts++)
        {
            Assert.True(starts < 10, "it ends");
            Run(files =>
            {
                Assert.NotNull(files.Damage);
                _clock.Now += 8 * Hour;
                files.KeepTime(isStopping: true);
                files.Drop();
                isDamaged = files.Damage is not null;
            });
        }

        Assert.Equal(4, starts); // the first one has begun the file that bounds the damaged one's age only at its end
    }

    /// <summary>The entry that tells of it is intact, so its age is known, and does not count from when the next file was begun.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Damage_ToldByAnIntactEntry_EndsAfterTheRetention(bool isVoid)
    {
        Run(files => files.Add([isVoid ? KnownRequest.Void(1) : KnownRequest.Lost(1)]));
        Run(files =>
        {
            _clock.Now += 23 * Hour;
            files.Add([Request(2)]);
        });
        Run(files =>
        {
            Assert.NotNull(files.Damage);
            _clock.Now += Hour;
            files.Drop();
            Assert.Null(files.Damage);
            Assert.Equal(1, files.Count);
        });
    }

    /// <summary>Its last seal is damaged. The loss is known after each cut, whatever else of the recovery was filed by then.</summary>
    [Fact]
    public void Recovery_OfUnsealedRequests_CutAtEveryCall_TheLossStaysKnown()
    {
        // As many as fill a piece: what comes after them is synced by itself.
        const int Count = (1 << 20) / 120;
        Run(files => files.Add([.. Enumerable.Range(1, Count).Select(Request)]));
        string path = Folder + "/00000001.requests";
        _disk.Disk.FlipBit(path, RequestFileHeader.Bytes + (1 << 20) + 20, 0); // the seal
        Run(files => Assert.Equal((0, Count), (files.LastSequence, files.Unsealed.Count)), loads: false);

        CrashRecorder recorder = _disk.StartRecording();
        Run(Recover, loads: false);
        int states = 0;
        foreach (CrashState state in recorder.States(seed: 1, budget: 3))
        {
            _disk = state.Open();
            Run(Recover, loads: false);
            Run(files => Assert.True(files.Damage is not null, state.ToString()));
            states++;
        }

        Assert.True(states > 10, $"{states} states");

        static void Recover(RequestFiles files)
        {
            IReadOnlyList<KnownRequest> found = RequestRecovery.Complete(files, [], Count);
            if (found.Count > 0)
            {
                files.Add(found);
            }
        }
    }

    /// <summary>A stop does not wait for files that are still to be read, however large.</summary>
    [Fact]
    public void Load_IsStoppedWithinAFile_ReadsNoFurther()
    {
        Run(files => files.Add([.. Enumerable.Range(1, 20_000).Select(number => Request(number))]));
        Run(files => files.Add([Request(20_001)]));
        int asked = 0;
        Run(
            files =>
            {
                files.Load(() => ++asked > 1);
                Assert.Equal(1, files.Count);
            },
            loads: false);
        Assert.Equal(2, asked);
        Run(files => Assert.Equal(20_001, files.Count));
    }

    private static KnownRequest Request(int number) =>
        new(RequestKey.Of("anonymous", $"{number}").Digest, default, [new RememberedResult(DocumentKey.Create("a"), WriteStatus.Created)]) { Sequence = number };

    private void Kill() => _disk = _disk.Kill();

    private void Run(Action<RequestFiles> steps, bool loads = true)
    {
        using var directory = new SyncedDirectory(_disk.TryOpenDirectory(Folder)!, new SystemThreads(_clock));
        using var files = new RequestFiles(directory, 24 * Hour, _clock);
        files.Open();
        if (loads)
        {
            files.Load(static () => false);
        }

        steps(files);
    }

    private sealed class HandClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
