namespace DocService.Index.Following;

/// <summary>Why an index must be made anew.</summary>
/// <param name="Reason">For operators.</param>
/// <param name="IsOutOfSpace">Not before there is room.</param>
internal sealed record Failure(string Reason, bool IsOutOfSpace = false)
{
    public static Failure Of(Exception exception) => exception switch
    {
        IndexFailedException failed => new Failure(failed.Message, failed.IsOutOfSpace),
        _ => new Failure(exception.Message),
    };
}
