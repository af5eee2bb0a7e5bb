using System.Buffers;
using System.Text;
using System.Text.Json;
using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Idempotency;

/// <summary>GET /requests/{key}: what the request with that Idempotency-Key has done.</summary>
internal sealed class RequestEndpoint(IDocumentStore store)
{
    private const string Prefix = "/requests/";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/requests/{key}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<RequestEndpoint>().GetAsync));
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (TryGetKey(RawTarget.Of(context)) is not { } key)
        {
            return ProblemCatalogue.Invalid($"The key in the path has 1 to {IdempotencyKey.LengthMax} printable ASCII characters, percent-encoded once where that is needed, and no quotes around it.");
        }

        if (await store.FindRequestAsync(IdempotencyKey.KeyOf(key), context.RequestAborted) is not { } found)
        {
            return new Problem(ProblemCatalogue.NotFound, "No request with this key has been carried out so far. One that is still on its way may be.");
        }

        await WriteAsync(context, found);
        return null;
    }

    private static Task WriteAsync(HttpContext context, FoundRequest found)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(body, ResultsJson.WriterOptions))
        {
            writer.WriteStartObject();
            ResultsJson.Write(writer, found.Request.Sequence, found.Request.Results);
            writer.WriteString("reached", DurabilityField.NameOf(found.Reached));
            writer.WriteEndObject();
        }

        HttpResponse response = context.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = body.WrittenCount;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).AsTask();
    }

    /// <summary>From the raw path: the framework's own leaves %2F alone.</summary>
    private static string? TryGetKey(string target)
    {
        ReadOnlySpan<char> path = RawTarget.PathOf(target);
        ReadOnlySpan<char> text = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : default;
        if (text.IsEmpty || text.Length > 3 * IdempotencyKey.LengthMax)
        {
            return null;
        }

        byte[] bytes = new byte[text.Length];
        return PercentDecoding.TryDecode(text, bytes, out int length) && length <= IdempotencyKey.LengthMax && bytes.AsSpan(0, length).IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            ? Encoding.ASCII.GetString(bytes, 0, length)
            : null;
    }
}
