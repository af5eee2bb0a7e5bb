namespace DocService.Index;

#pragma warning disable CA1032 // Made only here, always with what went wrong.

/// <summary>The index cannot go on: its library reports an error, or a row is not what was written. Documents do not depend on it.</summary>
public sealed class IndexFailedException : Exception
{
    internal IndexFailedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>The disk, or the quota on it, is full. Everything else may be damage.</summary>
    public bool IsOutOfSpace { get; internal init; }
}
