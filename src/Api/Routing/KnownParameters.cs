namespace DocService.Api.Routing;

/// <summary>On a route that takes parameters in its query: their names.</summary>
internal sealed class KnownParameters(params string[] names)
{
    public IReadOnlyList<string> Names { get; } = names;
}
