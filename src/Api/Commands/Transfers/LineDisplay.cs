using System.Globalization;
using DocService.Transfer;

namespace DocService.Api.Commands.Transfers;

/// <summary>A line now and then: for a file, or a service's log.</summary>
internal sealed class LineDisplay(TextWriter output, TimeProvider clock) : ITransferWatcher
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly TransferRate _rate = new(clock);

    public void Progress(TransferProgress progress)
    {
        if (!_rate.IsDue(Interval))
        {
            return;
        }

        string left = _rate.Left(progress) is { } time ? string.Create(CultureInfo.InvariantCulture, $", {Math.Min(100, 100 * progress.Done / progress.Total!.Value)} %, about {time:hh\\:mm\\:ss} left") : string.Empty;
        output.WriteLine(_rate.Describe(progress) + left);
    }

    public void Fault(string text) => output.WriteLine(text);

    public void Remark(string text) => output.WriteLine(text);
}
