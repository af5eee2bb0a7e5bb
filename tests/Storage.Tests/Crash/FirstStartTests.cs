using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash;

public sealed class FirstStartTests
{
    private const int Seed = 20_260_203;

    /// <summary>
    /// The second attempt unlinked FORMAT.tmp and made it anew: a cut that kept the unlink alone left content without
    /// any FORMAT, which every later start refused as somebody else's directory.
    /// </summary>
    [Fact]
    public void FirstStart_CutOffAgainWhileItIsRepeated_StillOpens()
    {
        SimulatedFileSystem disk = Scene.Empty();
        Fault fault = disk.FailCall(1, Errno.EIO, where: call => call.Kind == CallKind.Rename && call.TargetPath == $"{Scene.Data}/FORMAT");
        Assert.Throws<StoreConfigurationException>(() => Start(disk));
        Assert.True(fault.Fired);

        SimulatedFileSystem second = disk.CrashNow().Everything().Open();
        CrashRecorder recorder = second.StartRecording();
        Start(second);

        var states = recorder.Points().Take(8).SelectMany(point => point.States(Seed, 8)).ToList();
        Assert.True(states.Count > 8);
        foreach (CrashState state in states)
        {
            Start(state.Open());
        }
    }

    private static void Start(SimulatedFileSystem disk) =>
        SimulatedProcess.Run(disk, async scheduler => await Scene.Open(disk, scheduler).DisposeAsync());
}
