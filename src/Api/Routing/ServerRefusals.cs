using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using DocService.Api.Browsers;
using DocService.Api.Configuration;
using DocService.Api.Ids;
using DocService.Api.Problems;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Routing;

/// <summary>
/// Gives the answers of the web server itself a body: to a request that it cannot read, or will not because of its size,
/// it answers with a bare status before there is a request that middleware could see.
/// </summary>
/// <remarks>
/// Thread: that of the connection. Kestrel publishes each refusal, with the features of the request as far as it got,
/// before it answers; an answer that is begun then is the answer. The connection ends behind it. On failure: the bare status.
/// </remarks>
internal sealed class ServerRefusals(string prefix) : IObserver<KeyValuePair<string, object?>>
{
    private const string Refusal = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>How the web server begins what it says of a target.</summary>
    private const string TargetRefused = "Invalid request target";

    /// <summary>What the web server writes in place of what it quotes, unless it logs that, too.</summary>
    private const string NoQuote = ": ''";

    public static void Explain(IServiceProvider services) =>
        services.GetRequiredService<DiagnosticListener>()
            .Subscribe(new ServerRefusals(services.GetRequiredService<DocServiceOptions>().PathBase), name => name == Refusal);

    public void OnNext(KeyValuePair<string, object?> occurrence)
    {
        if (occurrence is { Key: Refusal, Value: IFeatureCollection features }
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
            && features.Get<IHttpRequestFeature>() is { } request
            && !HttpProtocol.IsHttp2(request.Protocol ?? string.Empty)) // its connection has other requests, and frames
        {
            string target = request.RawTarget ?? string.Empty; // it may be the target itself that could not be read
            string? pathBase = prefix.Length > 0 && RawTarget.TryTakeOff(target, prefix, out target) ? prefix : null;
            Problem problem = ProblemOf(error, target);
            if (problem.Type.Status == response.StatusCode)
            {
                _ = AnswerAsync(features, response, ProblemWriter.Encode(problem, pathBase));
            }
        }
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    /// <summary>The web server decodes a path and refuses %00 in it; of a document's path that is the id's fault.</summary>
    private static Problem ProblemOf(BadHttpRequestException error, string target)
    {
        if (!error.Message.StartsWith(TargetRefused, StringComparison.Ordinal))
        {
            return ProblemCatalogue.OfStatus(error.StatusCode, error.Message.Replace(NoQuote, ".", StringComparison.Ordinal));
        }

        Problem? invalidId = target.StartsWith(DocumentTarget.Prefix, StringComparison.Ordinal) ? DocumentTarget.TryGetKey(target, out _) : null;
        return invalidId ?? ProblemCatalogue.FaultyTarget;
    }

    /// <summary>
    /// Writes the body to the connection itself, behind a header that has begun the answer: a request that could not be read
    /// has no stream for its answer's body. All of it fits the connection's buffer, so nothing waits here.
    /// </summary>
    private static async Task AnswerAsync(IFeatureCollection features, IHttpResponseFeature response, byte[] text)
    {
        response.Headers.ContentType = ProblemWriter.MediaType;
        response.Headers.ContentLength = text.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.Connection = "close";
        SecurityFields.Write(response.Headers);
        await features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync();
        PipeWriter connection = features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        if (!HttpMethods.IsHead(features.GetRequiredFeature<IHttpRequestFeature>().Method ?? string.Empty))
        {
            connection.Write(text);
        }

        await connection.FlushAsync();
    }
}
