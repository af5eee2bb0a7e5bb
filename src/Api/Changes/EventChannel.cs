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
/// On failure: <see cref="OperationCanceledException"/> when the client has gone, or was cut off because it takes nothing, or too little of a large commit.
/// </remarks>
internal sealed class EventChannel(HttpContext context, DocServiceOptions options, FeedMetrics metrics, TimeProvider clock, CancellationToken end)
{
    public const string MediaType = "text/event-stream";

    /// <summary>What the web server takes at once.</summary>
    private const int SliceBytes = 64 * 1024;

    /// <summary>So much of a large commit a client takes in each <c>ExportIdle</c>: else a slow one would hold its memory for hours.</summary>
    private const long BytesAtLeast = 1 << 20;

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

    /// <summary>Sends what has been written. Each piece is given back as soon as it has been handed over, all of it in a bounded time.</summary>
    public async ValueTask SendAsync(AnswerBuffer output)
    {
        long started = clock.GetTimestamp();
        TimeSpan longest = options.ExportIdle * (2 + (output.Length / BytesAtLeast));
        ValueTask<FlushResult> taken = default;
        while (output.First is { } piece)
        {
            for (ReadOnlyMemory<byte> rest = piece; !rest.IsEmpty; rest = rest[Math.Min(SliceBytes, rest.Length)..])
            {
                await WaitAsync(taken, longest - clock.GetElapsedTime(started));
                taken = context.Response.BodyWriter.WriteAsync(rest[..Math.Min(SliceBytes, rest.Length)], end);
            }

            output.DropFirst(); // the web server has its copy
        }

        await WaitAsync(taken, longest - clock.GetElapsedTime(started));
    }

    /// <summary>Sends something small.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => WaitAsync(context.Response.BodyWriter.WriteAsync(bytes, end), options.ExportIdle);

    /// <summary>Until the client has taken enough; one that takes nothing for too long, or too little, is cut off.</summary>
    private async ValueTask WaitAsync(ValueTask<FlushResult> taken, TimeSpan left)
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
                TimeSpan longest = left < options.ExportIdle ? left : options.ExportIdle;
                flushed = await taken.AsTask().WaitAsync(longest > TimeSpan.Zero ? longest : TimeSpan.Zero, clock);
            }
            catch (TimeoutException)
            {
                metrics.NoteCutOff();
                context.Abort(); // it resumes with the last id that it has
                throw new OperationCanceledException("The client takes nothing, or too little.");
            }
        }

        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException("The client has gone.");
        }
    }
}
