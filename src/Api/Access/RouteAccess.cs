namespace DocService.Api.Access;

/// <summary>On a route: who judges whether a request may be answered. A route without it is for operators of the whole store.</summary>
internal sealed class RouteAccess
{
    private RouteAccess()
    {
    }

    /// <summary>The same for everybody, and tells nothing of documents: no key is needed.</summary>
    public static RouteAccess Public { get; } = new();

    /// <summary>The route itself judges, by the ids that the request names.</summary>
    public static RouteAccess Judged { get; } = new();

    /// <summary>Only for whoever may operate the whole store.</summary>
    public static RouteAccess Operator { get; } = new();
}
