using DocService.Storage;

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
            if (context.RequestAborted.IsCancellationRequested)
            {
                return; // nobody is there to read an answer
            }

            await AnswerAsync(context, ToProblem(context, exception));
            return;
        }

        if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentType is null)
        {
            // Set by routing without a body: unknown paths, methods that a resource does not take.
            await ProblemWriter.WriteAsync(context, ProblemCatalogue.OfStatus(context.Response.StatusCode));
        }
    }

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
                logger.LogError(exception, "{Method} {Path} failed", context.Request.Method, context.Request.Path);
                return ProblemCatalogue.Internal;
        }
    }
}
