using DocService.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Problems;

/// <summary>The outermost middleware: whatever goes wrong inside leaves as a problem, in every environment.</summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            if (IsGone(context, exception))
            {
                context.Abort(); // nobody is there to read an answer, or to send what is left of the body
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

    /// <summary>A read can fail with the connection before the context's own token says so.</summary>
    private static bool IsGone(HttpContext context, Exception exception) =>
        context.RequestAborted.IsCancellationRequested
        || exception is ConnectionAbortedException or ConnectionResetException or { InnerException: ConnectionAbortedException };

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
            case BadHttpRequestException bad:
                return ProblemCatalogue.OfStatus(bad.StatusCode, bad.Message);
            default:
                logger.LogError(exception, "{Method} {Target} failed", context.Request.Method, context.Features.Get<IHttpRequestFeature>()?.RawTarget);
                return ProblemCatalogue.Internal;
        }
    }
}
