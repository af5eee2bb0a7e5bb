using System.Globalization;
using DocService.Api.Problems;
using DocService.Collections.Definitions;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Collections;

/// <summary>Which collection a request is about, and how long it waits for its indexes.</summary>
internal static class CollectionRequest
{
    public const string Wait = "wait";

    /// <summary>In seconds: proxies end a request that is silent for a minute.</summary>
    private const int WaitMax = 50;

    /// <summary>The name in the request's path, or the problem with it.</summary>
    public static Problem? TryGetName(HttpContext context, out string name)
    {
        name = (string)context.GetRouteValue("name")!;
        return CollectionName.IsValid(name) ? null : new Problem(ProblemCatalogue.InvalidCollection, $"The name of a collection is {CollectionName.Rule}.");
    }

    /// <summary>Zero when the request does not wait.</summary>
    public static Problem? TryGetWait(HttpContext context, out TimeSpan wait)
    {
        wait = default;
        if (!context.Request.Query.TryGetValue(Wait, out StringValues texts))
        {
            return null;
        }

        if (texts.Count != 1 || !int.TryParse(texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) || seconds is < 1 or > WaitMax)
        {
            return ProblemCatalogue.Invalid($"The parameter '{Wait}' is a number of seconds from 1 to {WaitMax}.");
        }

        wait = TimeSpan.FromSeconds(seconds);
        return null;
    }

    public static string PathOf(HttpContext context, string name) => $"{context.Request.PathBase.Value}/collections/{name}";

    public static Problem Missing(string name) => new(ProblemCatalogue.NotFound, $"There is no collection '{name}'.");
}
