using DocService.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Problems;

/// <summary>The outermost middleware: whatever goes wrong inside leaves as a problem, in every environment.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    /// <summary>An answer that is complete when the call returns needs nobody to wait for it.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        if (FaultOf(context.Request) is { } fault)
        {
            return ProblemWriter.WriteAsync(context, fault);
        }

        Task answered;
        try
        {
            answered = next(context);
        }
        catch (Exception exception)
        {
            answered = Task.FromException(exception);
        }

        return answered.IsCompletedSuccessfully && !LacksBody(context.Response) ? answered : FinishAsync(context, answered);
    }

    private async Task FinishAsync(HttpContext context, Task answered)
    {
        try
        {
            await answered;
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
        catch (StoreException failure)
        {
            logger.LogError(failure, "An answer was broken off: {Message}", failure.Message);
            context.Abort(); // what has been sent must not look whole
            return;
        }

        if (LacksBody(context.Response))
        {
            await ProblemWriter.WriteAsync(context, RoutingProblem.Of(context));
        }
    }

    /// <summary>Set by routing: unknown paths, methods that a resource does not take.</summary>
    private static bool LacksBody(HttpResponse response) => response.StatusCode >= 400 && !response.HasStarted && response.ContentType is null;

    /// <summary>What the web server lets pass and its own parts, or others on the way, understand in two ways.</summary>
    private static Problem? FaultOf(HttpRequest request)
    {
        if (HttpProtocol.IsHttp2(request.Protocol) && HasConnectionField(request.Headers))
        {
            return ProblemCatalogue.ConnectionField;
        }

        if (request.Headers.TransferEncoding.Count > 0)
        {
            if (HttpProtocol.IsHttp10(request.Protocol))
            {
                return ProblemCatalogue.FaultyFraming;
            }

            // The web server takes the last coding off and none that was applied before it: what it hands on would be the coded bytes.
            if (!IsChunkedAlone(request.Headers))
            {
                return ProblemCatalogue.OtherCoding;
            }
        }

        // Routing takes "delete" for DELETE and "head" for HEAD; the web server, which frames the answer, does not.
        return request.Method.AsSpan().ContainsAnyInRange('a', 'z') ? ProblemCatalogue.LowerCase(request.Method) : null;
    }

    /// <summary>The web server refuses Connection by itself, and passes the others on.</summary>
    private static bool HasConnectionField(IHeaderDictionary headers) =>
        headers.TransferEncoding.Count > 0 || headers.Upgrade.Count > 0 || headers.KeepAlive.Count > 0 || headers["Proxy-Connection"].Count > 0;

    private static bool IsChunkedAlone(IHeaderDictionary headers) =>
        headers.GetCommaSeparatedValues("Transfer-Encoding") is [var coding] && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase);

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
