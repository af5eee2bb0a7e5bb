namespace DocService.Api.Problems;

/// <summary>A kind of error answer (RFC 9457); its type URI is <c>/problems/{slug}</c>, where this server explains it.</summary>
/// <param name="Slug">Stable name.</param>
/// <param name="Status">HTTP status code.</param>
/// <param name="Title">Short, the same for every occurrence.</param>
/// <param name="Explanation">What it means and what a client can do.</param>
internal sealed record ProblemType(string Slug, int Status, string Title, string Explanation)
{
    public string Uri => "/problems/" + Slug;
}
