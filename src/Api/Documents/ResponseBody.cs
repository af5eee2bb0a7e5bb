using System.IO.Pipelines;

namespace DocService.Api.Documents;

/// <summary>Sends a document a piece at a time: the web server copies what it is given, all of it, before the client has taken any.</summary>
internal static class ResponseBody
{
    /// <summary>
    /// One piece. A client gets eight seconds for each (<see cref="KestrelLimits"/>), so this also sets the least rate at which a
    /// document is taken: 32 KiB a second.
    /// </summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>Up to here the socket takes it all at once.</summary>
    private const int SmallBytes = 16 * 1024;

    /// <summary>How much of a document is in the web server's buffers while it is sent.</summary>
    public static long CopiedBytes(long length) => length <= SmallBytes ? 0 : Math.Min(length, PieceBytes);

    /// <summary>Returns when the last piece has been handed over, or when the client has gone.</summary>
    public static async ValueTask WriteAsync(HttpResponse response, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        while (body.Length > PieceBytes)
        {
            FlushResult flushed = await response.BodyWriter.WriteAsync(body[..PieceBytes], cancellation);
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }

            body = body[PieceBytes..];
        }

        await response.BodyWriter.WriteAsync(body, cancellation);
    }
}
