namespace DocService.Transfer;

/// <summary>An import or an export cannot go on. The message is for whoever has started it.</summary>
public sealed class TransferException : Exception
{
    public TransferException()
    {
    }

    public TransferException(string message)
        : base(message)
    {
    }

    public TransferException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
