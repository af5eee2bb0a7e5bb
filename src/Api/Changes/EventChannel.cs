using System.IO.Pipelines;
using DocService.Api.Answers;
using DocService.Api.Configuration;
using DocService.Api.Waiting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace DocService.Api.Changes;

/// <summary>The answer of a stream: its fields, and pieces that are sent when the client takes them.</summary>
/// <remarks>
/// Memory: what the web server holds for a client that does not read, and nothing more while it waits for one; a document larger
/// than that stays in its output. Thread: one at a time; none waits for the client.
/// On failure: <see cref="OperationCanceledException"/> when the client has gone, or was cut off because it takes nothing.
/// </remarks>
internal sealed class EventChannel(HttpContext context, DocServiceOptions options, FeedMetrics metrics, TimeProvider clock, CancellationToken end)
{
    public const string MediaType = "text/event-stream";

    /// <summary>What the web server takes at once.</summary>
    private const int SliceBytes = 64 * 1024;

    public void WriteFields()
    {
        HttpResponse response = context.Response;
        response.ContentType = MediaType;
        ListFields.Write(response);
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would keep events back
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null; // ExportIdle is what counts here
        }
    }

    /// <summary>Sends what has been written, and disposes it as soon as it has been handed over.</summary>
    public async ValueTask SendAsync(AnswerBuffer output)
    {
        ValueTask<FlushResult> taken = default;
        foreach (ReadOnlyMemory<byte> piece in output.Pieces)
        {
            for (ReadOnlyMemory<byte> rest = piece; !rest.IsEmpty; rest = rest[Math.Min(SliceBytes, rest.Length)..])
            {
                await WaitAsync(taken);
                taken = context.Response.BodyWriter.WriteAsync(rest[..Math.Min(SliceBytes, rest.Length)], end);
            }
        }

        output.Dispose(); // the web server has its copy
        await WaitAsync(taken);
    }

    /// <summary>Sends something small.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => WaitAsync(context.Response.BodyWriter.WriteAsync(bytes, end));

    /// <summary>Until the client has taken enough; one that takes nothing for too long is cut off.</summary>
    private async ValueTask WaitAsync(ValueTask<FlushResult> taken)
    {
        FlushResult flushed;
        if (taken.IsCompleted)
        {
            flushed = await taken;
        }
        else
        {
            try
            {
                flushed = await taken.AsTask().WaitAsync(options.ExportIdle, clock);
            }
            catch (TimeoutException)
            {
                metrics.NoteCutOff();
                context.Abort(); // it resumes with the last id that it has
                throw new OperationCanceledException("The client takes nothing.");
            }
        }

        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }
}
