namespace DocService.Api.Routing;

/// <summary>On a route that takes any query: probes, scrapers and links add parameters of their own.</summary>
internal sealed class IgnoresUnknownParameters
{
    public static IgnoresUnknownParameters Metadata { get; } = new();
}
