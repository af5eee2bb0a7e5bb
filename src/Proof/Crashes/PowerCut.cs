using DocService.Proof.Ledgers;
using DocService.Proof.Server;

namespace DocService.Proof.Crashes;

/// <summary>The filesystem is shut down under the running server, which is killed a moment later; then it is mounted again.</summary>
internal sealed class PowerCut(LoopVolume volume, string fileSystem, TimeProvider clock) : ICrash
{
    private const int DyingMillisecondsMax = 15;

    public CrashKind Kind => CrashKind.PowerCut;

    public string Name => $"power cuts on {fileSystem}";

    public async Task StrikeAsync(ServerProcess server, Random random)
    {
        volume.Cut();

        // An acknowledgement from now on would be a lie, and would be found.
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(DyingMillisecondsMax)), clock); // how long it lives on is what is drawn
        await server.KillAsync();
    }

    public Task RecoverAsync() => volume.RestartAsync();
}
