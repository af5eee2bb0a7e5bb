using DocService.Transfer;
using Spectre.Console;

namespace DocService.Api.Commands.Transfers;

/// <summary>Shows how far an import or an export is, on the standard error: as a bar in a terminal, as lines elsewhere.</summary>
internal static class TransferDisplay
{
    public static async Task<T> RunAsync<T>(Func<ITransferWatcher, Task<T>> run)
    {
        if (Console.IsErrorRedirected)
        {
            return await run(new LineDisplay(Console.Error, TimeProvider.System));
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context => run(new BarDisplay(console, context.AddTask("…"), TimeProvider.System)));
    }
}
