namespace DocService.Api.Problems;

/// <summary>One error answer on its way to the client.</summary>
internal sealed record Problem(ProblemType Type, string Detail)
{
    /// <summary>Members beside the standard ones, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Extensions { get; init; } = [];

    /// <summary>What whoever operates the whole store is told in place of the detail: it may name files. Null for most.</summary>
    public string? Reason { get; init; }

    /// <summary>A header field that tells a client what would be taken; null for most.</summary>
    public KeyValuePair<string, string>? Field { get; init; }

    /// <summary>Seconds after which trying again makes sense; null if it does not, or if that is unknown.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether the rest of the request's body is not worth reading, so that the connection ends with the answer.</summary>
    public bool EndsConnection { get; init; }

    public Problem With(params KeyValuePair<string, object?>[] extensions) => this with { Extensions = extensions };
}
