using System.Runtime.InteropServices;
using DocService.Transfer;

namespace DocService.Api.Commands.Transfers;

/// <summary>Runs an import or an export: with its display, until it is done, stopped by a signal, or cannot go on.</summary>
internal static class TransferRun
{
    /// <param name="run">The work, which returns an exit code.</param>
    /// <param name="stopped">What is said after a signal.</param>
    /// <param name="cancellation">Ends it, too.</param>
    public static async Task<int> RunAsync(Func<ITransferWatcher, CancellationToken, Task<int>> run, string stopped, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = !stop.IsCancellationRequested; // a second one ends it at once
            stop.Cancel();
        }

        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await TransferDisplay.RunAsync(watcher => run(watcher, stop.Token));
        }
        catch (Exception exception) when (exception is TransferException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("docservice: " + exception.Message.ReplaceLineEndings(" "));
            return ExitCode.CannotRun;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(stopped);
            return ExitCode.CannotRun;
        }
    }
}
