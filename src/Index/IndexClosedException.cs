namespace DocService.Index;

#pragma warning disable CA1032 // Made only here, always with what went wrong.

/// <summary>The index was closed, because the service stops or because it is made anew.</summary>
public sealed class IndexClosedException : Exception
{
    internal IndexClosedException()
        : base("The index was closed.")
    {
    }
}
