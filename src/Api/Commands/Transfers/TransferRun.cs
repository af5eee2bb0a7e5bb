using DocService.Transfer;

namespace DocService.Api.Commands.Transfers;

/// <summary>Runs an import or an export: with its display, until it is done, stopped by a signal, or cannot go on.</summary>
internal static class TransferRun
{
    /// <summary>The server that is meant where none is named.</summary>
    public const string DefaultUrl = "http://localhost:5080";

    /// <summary>The longest that a server may take for one chunk of an import.</summary>
    public static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(5);

    /// <param name="run">The work, which returns an exit code.</param>
    /// <param name="stopped">What is said after a signal.</param>
    /// <param name="cancellation">Ends it, too.</param>
    public static async Task<int> RunAsync(Func<ITransferWatcher, CancellationToken, Task<int>> run, string stopped, CancellationToken cancellation)
    {
        using var stop = new CommandStop(cancellation);
        try
        {
            return await TransferDisplay.RunAsync(watcher => run(watcher, stop.Token));
        }
        catch (Exception exception) when (exception is TransferException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("docservice: " + exception.Message.ReplaceLineEndings(" "));
            return ExitCode.CannotRun;
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync(stopped);
            return ExitCode.CannotRun;
        }
    }
}
