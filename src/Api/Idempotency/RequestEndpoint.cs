using System.Buffers;
using System.Text;
using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;
using DocService.Storage.Requests;

namespace DocService.Api.Idempotency;

/// <summary>GET /requests/{key}: what the request with that Idempotency-Key has done.</summary>
internal sealed class RequestEndpoint(IDocumentStore store)
{
    private const string Prefix = "/requests/";

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/requests/{key}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<RequestEndpoint>().GetAsync)).WithMetadata(RouteAccess.Judged);
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (IdempotencyKey.FromPath(RawTarget.Of(context), Prefix) is not { } key)
        {
            return IdempotencyKey.NotInPath;
        }

        if (await store.FindRequestAsync(IdempotencyKey.KeyOf(context, key), context.RequestAborted) is not { } found)
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
}
