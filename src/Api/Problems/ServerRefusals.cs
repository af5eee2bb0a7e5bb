using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Problems;

/// <summary>
/// Gives the answers of the web server itself a body: to a request that it cannot read, or will not because of its size,
/// it answers with a bare status before there is a request that middleware could see.
/// </summary>
/// <remarks>
/// Thread: that of the connection. Kestrel publishes each refusal, with the features of the request as far as it got,
/// before it answers; an answer that is begun then is the answer. The connection ends behind it. On failure: the bare status.
/// </remarks>
internal sealed class ServerRefusals : IObserver<KeyValuePair<string, object?>>
{
    private const string Refusal = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public static void Explain(IServiceProvider services) =>
        services.GetRequiredService<DiagnosticListener>().Subscribe(new ServerRefusals(), name => name == Refusal);

    public void OnNext(KeyValuePair<string, object?> occurrence)
    {
        if (occurrence is { Key: Refusal, Value: IFeatureCollection features }
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException error
            && features.Get<IHttpResponseFeature>() is { HasStarted: false } response
            && ProblemCatalogue.OfStatus(error.StatusCode, error.Message) is { } problem
            && problem.Type.Status == response.StatusCode)
        {
            _ = AnswerAsync(features, response, problem);
        }
    }

    public void OnError(Exception error)
    {
    }

    public void OnCompleted()
    {
    }

    /// <summary>
    /// Writes the body to the connection itself, behind a header that has begun the answer: a request that could not be read
    /// has no stream for its answer's body. All of it fits the connection's buffer, so nothing waits here.
    /// </summary>
    private static async Task AnswerAsync(IFeatureCollection features, IHttpResponseFeature response, Problem problem)
    {
        byte[] text = ProblemWriter.Encode(problem);
        response.Headers.ContentType = ProblemWriter.MediaType;
        response.Headers.ContentLength = text.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.Connection = "close";
        await features.GetRequiredFeature<IHttpResponseBodyFeature>().StartAsync();
        PipeWriter connection = features.GetRequiredFeature<IConnectionTransportFeature>().Transport.Output;
        if (!HttpMethods.IsHead(features.GetRequiredFeature<IHttpRequestFeature>().Method ?? string.Empty))
        {
            connection.Write(text);
        }

        await connection.FlushAsync();
    }
}
