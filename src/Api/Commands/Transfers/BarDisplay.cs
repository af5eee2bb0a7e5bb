using DocService.Transfer;
using Spectre.Console;

namespace DocService.Api.Commands.Transfers;

/// <summary>A bar that is drawn again and again; what is told appears above it.</summary>
internal sealed class BarDisplay(IAnsiConsole console, ProgressTask task, TimeProvider clock) : ITransferWatcher
{
    private readonly TransferRate _rate = new(clock);

    public void Progress(TransferProgress progress)
    {
        if (!_rate.IsDue(TransferRate.BarInterval) && progress.Done != progress.Total)
        {
            return;
        }

        task.IsIndeterminate = progress.Total is null;
        task.MaxValue = Math.Max(1, Math.Max(progress.Total ?? 1, progress.Done));
        task.Value = progress.Total is null ? 0 : progress.Done;
        task.Description = Markup.Escape(_rate.Describe(progress));
    }

    public void Fault(string text) => console.WriteLine(text);

    public void Remark(string text) => console.WriteLine(text);
}
