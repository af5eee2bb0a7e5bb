using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Problems;

/// <summary>Whether a refusal leaves a body on the connection that the client may never send.</summary>
internal static class UnreadBody
{
    private static readonly object Mark = new();

    /// <summary>The body is about to be read: the client is, or will be, asked to send it.</summary>
    public static void Begun(HttpRequest request)
    {
        if (Expects(request))
        {
            request.HttpContext.Items[Mark] = Mark;
        }
    }

    /// <summary>
    /// True for a body announced by <c>Expect: 100-continue</c> that has not been read (RFC 9110 section
    /// 10.1.1: a final answer then says whether the connection ends).
    /// </summary>
    public static bool Is(HttpRequest request) =>
        Expects(request)
        && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
        && !request.HttpContext.Items.ContainsKey(Mark);

    private static bool Expects(HttpRequest request) =>
        request.Headers.Expect.Count > 0 && request.Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase);
}
