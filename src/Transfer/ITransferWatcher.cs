namespace DocService.Transfer;

/// <summary>Is told what an import or an export does. Called by one thread at a time.</summary>
public interface ITransferWatcher
{
    /// <summary>How far it is; called often.</summary>
    void Progress(TransferProgress progress);

    /// <summary>A document that is not taken, or damage of a source: one line.</summary>
    void Fault(string text);

    /// <summary>What else whoever has started it should know, such as a wait: one line.</summary>
    void Remark(string text);
}
