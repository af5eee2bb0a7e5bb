namespace DocService.Api.Problems;

/// <summary>Where a part of a query stands: a parameter of the URI, or a member of the body.</summary>
/// <param name="Name">Of the parameter or member.</param>
/// <param name="IsInBody">It is a member of the body.</param>
internal readonly record struct QueryPlace(string Name, bool IsInBody)
{
    /// <summary>What names it in a problem.</summary>
    public KeyValuePair<string, object?> Member() => IsInBody ? new("pointer", "/" + Name) : new("parameter", Name);

    /// <summary>What names a fault in it.</summary>
    /// <param name="at">A JSON Pointer from the value itself.</param>
    public KeyValuePair<string, object?>[] Members(string at) =>
        IsInBody ? [new("pointer", $"/{Name}{at}")] : [new("parameter", Name), new("pointer", at)];
}
