using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Json;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Administration;

/// <summary>The routes of <c>/keys</c>, for whoever may operate the whole store. They never answer without a key: the first one is made offline.</summary>
internal sealed class KeyEndpoints(KeyRing keys, IDocumentStore store, ByteBudget budget, IHostApplicationLifetime lifetime)
{
    private const string Route = "/keys";
    private const int BytesMax = 64 * 1024;
    private const int DepthMax = 8;
    private const string NoKey = "is not taken: what has been told of a key's secret once is never told again.";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNameCaseInsensitive = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods(Route, ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<KeyEndpoints>().ListAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route, ["POST"], context => ProblemWriter.AnswerAsync(context, UnlessEnded(services.GetRequiredService<KeyEndpoints>().AddAsync))).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route + "/{id}", ["GET", "HEAD"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<KeyEndpoints>().GetAsync)).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route + "/{id}", ["DELETE"], context => ProblemWriter.AnswerAsync(context, UnlessEnded(services.GetRequiredService<KeyEndpoints>().RevokeAsync))).WithMetadata(RouteAccess.Judged);
        routes.MapMethods(Route + "/{id}/rotate", ["POST"], context => ProblemWriter.AnswerAsync(context, UnlessEnded(services.GetRequiredService<KeyEndpoints>().RotateAsync))).WithMetadata(RouteAccess.Judged);
    }

    /// <summary>The asker's own key may end while its change waits for others.</summary>
    private static Func<HttpContext, Task<Problem?>> UnlessEnded(Func<HttpContext, Task<Problem?>> change) => async context =>
    {
        try
        {
            return await change(context);
        }
        catch (OperationCanceledException) when (Caller.Of(context).Ended.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            return AccessProblems.Ended;
        }
    };

    private async Task<Problem?> ListAsync(HttpContext context) =>
        Refuse(context) ?? await AnswerAsync(context, StatusCodes.Status200OK, new { keys = keys.All.Select(key => KeyFacts.Of(key)) });

    private async Task<Problem?> GetAsync(HttpContext context)
    {
        if (Refuse(context) is { } refused)
        {
            return refused;
        }

        string id = IdOf(context);
        return keys.All.FirstOrDefault(key => key.Id == id) is { } key ? await AnswerAsync(context, StatusCodes.Status200OK, KeyFacts.Of(key)) : Missing(id);
    }

    private async Task<Problem?> AddAsync(HttpContext context)
    {
        if ((BodyFields.Check(context.Request, BytesMax, "a key's own limit") ?? IdempotencyKey.Refuse(context.Request.Headers, NoKey) ?? Refuse(context)) is { } refused)
        {
            return refused;
        }

        (RequestBody? body, Problem? problem) = await RequestBody.ReadAsync(context.Request, BytesMax, budget, lifetime);
        if (body is null)
        {
            return problem;
        }

        using (body)
        {
            if (Read(body, out NewKey asked) is { } invalid)
            {
                return invalid;
            }

            if (ApiKey.Judge(asked.Name, asked.Rights ?? [], asked.Expires, store.Time.Now, out KeyRights? rights, out DateTimeOffset? expires) is { } fault)
            {
                return ProblemCatalogue.Invalid(fault);
            }

            if (await keys.AddAsync(asked.Name!, rights!, expires, Caller.Of(context).Ended) is not var (key, token))
            {
                return new Problem(ProblemCatalogue.KeysFull, KeyRing.Full);
            }

            context.Response.Headers.Location = $"{context.Request.PathBase.Value}{Route}/{key.Id}";
            return await AnswerAsync(context, StatusCodes.Status201Created, KeyFacts.Of(key, token));
        }
    }

    private async Task<Problem?> RevokeAsync(HttpContext context)
    {
        if (Refuse(context) is { } refused)
        {
            return refused;
        }

        string id = IdOf(context);
        if (!await keys.RevokeAsync(id, Caller.Of(context).Ended))
        {
            return Missing(id);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    private async Task<Problem?> RotateAsync(HttpContext context)
    {
        if ((IdempotencyKey.Refuse(context.Request.Headers, NoKey) ?? Refuse(context)) is { } refused)
        {
            return refused;
        }

        string id = IdOf(context);
        return await keys.RotateAsync(id, Caller.Of(context).Ended) is var (key, token) ? await AnswerAsync(context, StatusCodes.Status200OK, KeyFacts.Of(key, token)) : Missing(id);
    }

    private static Problem? Refuse(HttpContext context) => AccessProblems.UnlessOperator(Caller.Of(context), AccessProblems.NoKeysYet);

    private Problem? Read(RequestBody body, out NewKey asked)
    {
        asked = default;
        if (StrictJson.Check(body.Bytes.Span, DepthMax, budget) is { } error)
        {
            return ProblemCatalogue.Json(error);
        }

        try
        {
            asked = JsonSerializer.Deserialize<NewKey>(body.Bytes.Span, Json);
            return null;
        }
        catch (JsonException)
        {
            return ProblemCatalogue.Invalid("""A key is {"name":"web","rights":{"read":["notes/"],"write":["notes/"]},"expires":"2027-01-31T12:00:00Z"}; 'expires' may be missing.""");
        }
    }

    private static string IdOf(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Problem Missing(string id) => new(ProblemCatalogue.NotFound, $"There is no key '{id}'.");

    private static async Task<Problem?> AnswerAsync(HttpContext context, int status, object answer)
    {
        context.Response.Headers.CacheControl = "no-store";
        await Results.Json(answer, Json, statusCode: status).ExecuteAsync(context);
        return null;
    }

    private readonly record struct NewKey(string? Name, Dictionary<string, string[]>? Rights, string? Expires);
}
