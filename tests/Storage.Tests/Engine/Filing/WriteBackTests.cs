using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Tests.Support.Simulation;
using DocService.Storage.Threading;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Engine.Filing;

/// <summary>When many files are synced together, and when somebody else's writing makes that too slow.</summary>
public sealed class WriteBackTests
{
    private readonly SimulatedFileSystem _disk = new();
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void Before_FewSyncs_DoesNothing()
    {
        using DataDirectory data = DataDirectory.Open(_disk, "/data", new SystemThreads(_clock));
        var writeBack = new WriteBack(data.Documents, _clock);
        writeBack.Before(127);
        Assert.Equal(0, WriteBacks);
        writeBack.Before(128);
        Assert.Equal(1, WriteBacks);
    }

    [Fact]
    public void Before_LastOneTookLong_DoesWithoutForAMinute()
    {
        using DataDirectory data = DataDirectory.Open(_disk, "/data", new SystemThreads(_clock));
        var writeBack = new WriteBack(data.Documents, _clock);
        TimeSpan takes = TimeSpan.FromSeconds(2);
        _disk.BeforeCall = call => _clock.Advance(call.Kind == CallKind.WriteBackVolume ? takes : TimeSpan.Zero);
        writeBack.Before(500);
        writeBack.Before(500);
        Assert.Equal(2, WriteBacks);

        takes = TimeSpan.FromSeconds(2.1);
        writeBack.Before(500);
        writeBack.Before(500);
        Assert.Equal(3, WriteBacks);
        _clock.Advance(TimeSpan.FromSeconds(59));
        writeBack.Before(500);
        Assert.Equal(3, WriteBacks);
        _clock.Advance(TimeSpan.FromSeconds(1));
        writeBack.Before(500);
        Assert.Equal(4, WriteBacks);
    }

    private int WriteBacks => _disk.Log.Take().Count(call => call.Kind == CallKind.WriteBackVolume);
}
