using DocService.Proof.Ledgers;
using DocService.Proof.Server;

namespace DocService.Proof.Crashes;

/// <summary>SIGKILL.</summary>
internal sealed class Kill : ICrash
{
    public CrashKind Kind => CrashKind.Kill;

    public string Name => "kills";

    public Task StrikeAsync(ServerProcess server, Random random) => server.KillAsync();

    public Task RecoverAsync() => Task.CompletedTask;
}
