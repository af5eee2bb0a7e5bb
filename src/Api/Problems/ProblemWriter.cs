using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Browsers;
using DocService.Api.Keys;

namespace DocService.Api.Problems;

/// <summary>Writes a problem as the answer, whatever the request accepts: a client that accepts nothing else can still read it.</summary>
internal static class ProblemWriter
{
    public const string MediaType = "application/problem+json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Has a request answered, or its problem told.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="handle">Answers it, or returns why not.</param>
    public static async Task AnswerAsync(HttpContext context, Func<HttpContext, Task<Problem?>> handle)
    {
        if (await handle(context) is { } problem)
        {
            await WriteAsync(context, problem);
        }
    }

    public static async Task WriteAsync(HttpContext context, Problem problem)
    {
        problem = problem.For(Caller.Of(context));
        HttpResponse response = context.Response;
        response.StatusCode = problem.Type.Status;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        SecurityFields.Write(response.Headers); // whoever has taken back what was said until then has taken these back as well
        if (problem.Field is { } field)
        {
            response.Headers[field.Key] = field.Value;
        }

        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if ((problem.EndsConnection || UnreadBody.Is(context.Request)) && !HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            // HTTP/2 has a stream for each request, and no such field. In HTTP/1, what the client sends next might be taken for the rest of a body that it never sent.
            response.Headers.Connection = "close";
        }

        byte[] body = Encode(problem, context.Request.PathBase.Value);
        response.ContentLength = body.Length;
        if (context.Request.Method != HttpMethods.Head) // "head" is another method, and the web server expects its body
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    /// <param name="problem">What to tell, <see cref="Problem.For"/> whom it is told.</param>
    /// <param name="pathBase">What a proxy puts before all paths of this server, so that the type leads to its page.</param>
    internal static byte[] Encode(Problem problem, string? pathBase = null)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", pathBase + problem.Type.Uri);
            writer.WriteString("title", problem.Type.Title);
            writer.WriteNumber("status", problem.Type.Status);
            writer.WriteString("detail", problem.Detail);
            foreach ((string name, object? value) in problem.Extensions)
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value);
            }

            writer.WriteEndObject();
        }

        return stream.ToArray();
    }
}
