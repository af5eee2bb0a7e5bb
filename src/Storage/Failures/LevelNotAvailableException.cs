namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The engine does not have the durability level that a write asks for. Nothing of it was done.</summary>
public sealed class LevelNotAvailableException : StoreException
{
    public LevelNotAvailableException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
