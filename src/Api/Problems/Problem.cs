using DocService.Api.Keys;

namespace DocService.Api.Problems;

/// <summary>One error answer on its way to the client.</summary>
internal sealed record Problem(ProblemType Type, string Detail)
{
    /// <summary>Members beside the standard ones, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Extensions { get; init; } = [];

    /// <summary>What whoever operates the whole store is told in place of the detail: it may name files. Null for most.</summary>
    public string? Reason { get; init; }

    /// <summary>Members that tell of the whole store, for the same: how many documents there are, for example.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> ForOperators { get; init; } = [];

    /// <summary>A header field that tells a client what would be taken; null for most.</summary>
    public KeyValuePair<string, string>? Field { get; init; }

    /// <summary>Seconds after which trying again makes sense; null if it does not, or if that is unknown.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Whether the rest of the request's body is not worth reading, so that the connection ends with the answer.</summary>
    public bool EndsConnection { get; init; }

    /// <summary>With a further sentence, whoever reads it.</summary>
    public Problem Adding(string sentence) => this with { Detail = $"{Detail} {sentence}", Reason = Reason is null ? null : $"{Reason} {sentence}" };

    /// <summary>As a caller may know it.</summary>
    public Problem For(Caller caller) => (Reason is not null || ForOperators.Count > 0) && caller.May(Right.Operate, string.Empty)
        ? this with { Detail = Reason ?? Detail, Extensions = [.. ForOperators, .. Extensions], Reason = null, ForOperators = [] }
        : this;

    public Problem With(params KeyValuePair<string, object?>[] extensions) => this with { Extensions = extensions };
}
