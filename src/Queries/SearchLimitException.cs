namespace DocService.Queries;

/// <summary>A search took longer than it may. What it had found by then is incomplete, and is not used.</summary>
public sealed class SearchLimitException : TimeoutException
{
    public SearchLimitException()
        : base("The search took longer than it may.")
    {
    }

    public SearchLimitException(string message)
        : base(message)
    {
    }

    public SearchLimitException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
