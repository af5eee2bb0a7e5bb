using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Snapshots;

/// <summary>The routes of <c>/snapshots</c>, for whoever may operate the whole store.</summary>
internal sealed class SnapshotEndpoints(IDocumentStore store, ByteBudget budget, IHostApplicationLifetime lifetime)
{
    private const string Route = "/snapshots";
    private const int BytesMax = 4096;
    private const int DepthMax = 4;
    private const string NoKey = "is not taken: name the snapshot, and a second one is refused.";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private ISnapshots Snapshots => store.Snapshots!; // there is only this engine

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Route, ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<SnapshotEndpoints>().ListAsync)).WithMetadata(RouteAccess.Operator);
        routes.MapMethods(Route, ["POST"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<SnapshotEndpoints>().TakeAsync)).WithMetadata(RouteAccess.Operator);
        routes.MapMethods(Route + "/{name}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<SnapshotEndpoints>().GetAsync)).WithMetadata(RouteAccess.Operator);
        routes.MapMethods(Route + "/{name}", ["DELETE"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<SnapshotEndpoints>().DeleteAsync)).WithMetadata(RouteAccess.Operator);
    }

    private async Task<Problem?> ListAsync(HttpContext context)
    {
        SnapshotList list = Snapshots.List();
        return await AnswerAsync(context, StatusCodes.Status200OK, new { snapshots = list.Snapshots.Select(SnapshotFacts.Of), taking = list.Taking });
    }

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        string name = NameOf(context);
        return Snapshots.List().Snapshots.FirstOrDefault(one => one.Name == name) is { } info ? await AnswerAsync(context, StatusCodes.Status200OK, SnapshotFacts.Of(info)) : Missing(name);
    }

    /// <summary>Goes on to its end when the client has gone: the list shows it.</summary>
    private async Task<Problem?> TakeAsync(HttpContext context)
    {
        (NewSnapshot asked, Problem? problem) = await ReadAsync(context);
        if (problem is not null)
        {
            return problem;
        }

        SnapshotInfo info = await Snapshots.TakeAsync(asked.Name);
        string[] deleted = SnapshotKeeping.DeleteOlder(Snapshots, asked.Keep);
        context.Response.Headers.Location = $"{context.Request.PathBase.Value}{Route}/{info.Name}";
        return await AnswerAsync(context, StatusCodes.Status201Created, new { snapshot = SnapshotFacts.Of(info), deleted });
    }

    private Task<Problem?> DeleteAsync(HttpContext context)
    {
        string name = NameOf(context);
        if (!Snapshots.Delete(name))
        {
            return Task.FromResult<Problem?>(Missing(name));
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.FromResult<Problem?>(null);
    }

    private async Task<(NewSnapshot Asked, Problem? Problem)> ReadAsync(HttpContext context)
    {
        if (IdempotencyKey.Refuse(context.Request.Headers, NoKey) is { } refused)
        {
            return (default, refused);
        }

        if (context.Request.ContentLength is 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return default; // a name of the server's own, and nothing is deleted
        }

        if (BodyFields.Check(context.Request, BytesMax, "a snapshot's own limit") is { } unfit)
        {
            return (default, unfit);
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, BytesMax, budget, lifetime);
        using (body)
        {
            return body is null ? (default, problem) : Read(body);
        }
    }

    private (NewSnapshot Asked, Problem? Problem) Read(RequestBody body)
    {
        if (StrictJson.Check(body.Bytes.Span, DepthMax, budget) is { } error)
        {
            return (default, ProblemCatalogue.Json(error));
        }

        try
        {
            NewSnapshot asked = JsonSerializer.Deserialize<NewSnapshot>(body.Bytes.Span, Json);
            return asked.Name is not null && !SnapshotName.IsValid(asked.Name) ? (default, ProblemCatalogue.Invalid($"'{asked.Name}' cannot name a snapshot: {SnapshotName.Rule}."))
                : asked.Keep is < 1 ? (default, ProblemCatalogue.Invalid("'keep' is at least 1: the snapshot that is being taken."))
                : (asked, null);
        }
        catch (JsonException)
        {
            return (default, ProblemCatalogue.Invalid("""A snapshot is asked for by {"name":"before-upgrade","keep":7}, or without a body; either member may be missing."""));
        }
    }

    private static string NameOf(HttpContext context) => (string)context.GetRouteValue("name")!;

    private static Problem Missing(string name) => new(ProblemCatalogue.NotFound, $"There is no snapshot '{name}'.");

    private static async Task<Problem?> AnswerAsync(HttpContext context, int status, object answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        await Results.Json(answer, Json, statusCode: status).ExecuteAsync(context);
        return null;
    }

    private readonly record struct NewSnapshot(string? Name, int? Keep);
}
