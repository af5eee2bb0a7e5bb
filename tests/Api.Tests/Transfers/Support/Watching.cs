using DocService.Transfer;

namespace DocService.Api.Tests.Transfers.Support;

/// <summary>Keeps what it is told.</summary>
internal sealed class Watching : ITransferWatcher
{
    public List<string> Faults { get; } = [];

    public List<string> Remarks { get; } = [];

    public List<TransferProgress> Steps { get; } = [];

    public void Progress(TransferProgress progress) => Steps.Add(progress);

    public void Fault(string text) => Faults.Add(text);

    public void Remark(string text) => Remarks.Add(text);
}
