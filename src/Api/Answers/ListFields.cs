using System.Text;
using DocService.Api.Ids;
using DocService.Api.Routing;

namespace DocService.Api.Answers;

/// <summary>Header fields of answers that list documents.</summary>
internal static class ListFields
{
    /// <summary>A client could not send a longer request line (<see cref="KestrelLimits"/>).</summary>
    private const int TargetMax = (8 * 1024) - 32;

    /// <summary>On every answer that lists.</summary>
    public static void Write(HttpResponse response)
    {
        response.Headers.CacheControl = "no-cache";
        response.Headers.Vary = "Accept, Authorization, Origin";
    }

    /// <summary>A whole answer of JSON; to HEAD its fields alone.</summary>
    public static async ValueTask SendAsync(HttpContext context, AnswerBuffer output)
    {
        HttpResponse response = context.Response;
        Write(response);
        response.ContentType = "application/json";
        response.ContentLength = output.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await output.SendAsync(response);
        }
    }

    /// <summary>Where the next page is, of a GET or HEAD: the request's target with another cursor. Left out where it would be too long to be sent.</summary>
    public static void WriteLink(HttpContext context, string? next)
    {
        HttpRequest request = context.Request;
        if (next is null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            return;
        }

        var target = new StringBuilder(request.PathBase.Value).Append("/docs?");
        _ = QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters);
        foreach ((string name, string value) in parameters.Where(parameter => parameter.Key != "cursor"))
        {
            target.Append(name).Append('=').Append(Uri.EscapeDataString(value)).Append('&');
        }

        target.Append("cursor=").Append(next);
        if (target.Length <= TargetMax)
        {
            context.Response.Headers.Link = $"<{target}>; rel=\"next\"";
        }
    }
}
