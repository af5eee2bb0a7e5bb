using DocService.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Problems;

/// <summary>The outermost middleware: whatever goes wrong inside leaves as a problem, in every environment.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (HasFaultyFraming(context.Request))
        {
            await ProblemWriter.WriteAsync(context, ProblemCatalogue.FaultyFraming);
            return;
        }

        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (IsGone(context, exception) || IsWritten(context, exception))
            {
                context.Abort(); // there is no client to read an answer or to send the rest of the body; or no answer would be true
                return;
            }

            await AnswerAsync(context, ToProblem(context, exception));
            return;
        }

        if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentType is null)
        {
            // Set by routing without a body: unknown paths, methods that a resource does not take.
            await ProblemWriter.WriteAsync(context, RoutingProblem.Of(context));
        }
    }

    /// <summary>
    /// A transfer coding in HTTP/1.0, which knows none: proxies disagree on where such a message ends (RFC 9112 section 6.1), and
    /// the web server would take what follows it on the connection for the next request.
    /// </summary>
    private static bool HasFaultyFraming(HttpRequest request) =>
        HttpProtocol.IsHttp10(request.Protocol) && request.Headers.TransferEncoding.Count > 0;

    /// <summary>A read can fail with the connection before the context's own token says so.</summary>
    private static bool IsGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested
        || exception is ConnectionAbortedException or ConnectionResetException or { InnerException: ConnectionAbortedException };

    /// <summary>
    /// Memory ran out while the answer of a successful write was made. To say that nothing was done would be false. No
    /// answer at all means that the outcome is unknown.
    /// </summary>
    private static bool IsWritten(HttpContext context, Exception exception) =>
        exception is OutOfMemoryException && context.Response.Headers.ContainsKey("Durability");

    private static async Task AnswerAsync(HttpContext context, Problem problem)
    {
        context.Response.Clear();
        await ProblemWriter.WriteAsync(context, problem);
    }

    private Problem ToProblem(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case StoreException failure:
                if (failure is DocumentCorruptException)
                {
                    logger.LogError(failure, "{Message}", failure.Message);
                }

                return ProblemCatalogue.Of(failure);
            case OutOfMemoryException:
                logger.LogWarning("No memory for {Method}: answered as busy", context.Request.Method);
                return ProblemCatalogue.NoMemory;
            case BadHttpRequestException bad:
                return ProblemCatalogue.OfStatus(bad.StatusCode, bad.Message);
            default:
                logger.LogError(exception, "{Method} {Target} failed", context.Request.Method, context.Features.Get<IHttpRequestFeature>()?.RawTarget);
                return ProblemCatalogue.Internal;
        }
    }
}
