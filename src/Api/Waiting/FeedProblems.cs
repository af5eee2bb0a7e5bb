using DocService.Api.Problems;

namespace DocService.Api.Waiting;

/// <summary>Refusals of those who wait for changes.</summary>
internal static class FeedProblems
{
    private const int RetrySeconds = 5;

    public static Problem TooMany { get; } = new(ProblemCatalogue.Busy, "As many clients wait for changes as may (FeedClientsMax; of one key half as many).") { RetryAfterSeconds = RetrySeconds };

    /// <param name="reason">A sentence.</param>
    public static Problem Reset(string reason) =>
        new Problem(ProblemCatalogue.FeedReset, $"{reason} Forget the copy, and begin again at the position in 'next'.").With(new KeyValuePair<string, object?>("next", "0"));
}
