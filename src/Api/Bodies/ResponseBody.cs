using System.IO.Pipelines;

namespace DocService.Api.Bodies;

/// <summary>Sends a document a piece at a time: the web server copies what it is given, all of it, before the client has taken any.</summary>
internal static class ResponseBody
{
    /// <summary>
    /// One piece. A client gets eight seconds for each (<see cref="KestrelLimits"/>), so this also sets the least rate at which a
    /// document is taken: 32 KiB a second.
    /// </summary>
    public const int PieceBytes = StoredDocument.PieceBytes;

    /// <summary>Up to here the socket takes it all at once.</summary>
    private const int SmallBytes = BodySizes.Small;

    /// <summary>How much of a document is in the web server's buffers while it is sent.</summary>
    public static long CopiedBytes(long length) => length <= SmallBytes ? 0 : Math.Min(length, PieceBytes);

    /// <summary>How much of a document that is read by the piece is in memory while it is sent: the piece, and the web server's copy.</summary>
    public const long HeldBytes = 2 * PieceBytes;

    /// <summary>Sends a document that is not whole in memory. A piece that can no longer be read ends the connection, so that no wrong body looks whole.</summary>
    public static async ValueTask SendByPieceAsync(HttpResponse response, StoredDocument document, CancellationToken cancellation)
    {
        byte[] buffer = BodyBuffers.Rent(PieceBytes);
        try
        {
            long left = document.Info.Length;
            for (int piece = 0; left > 0; piece++)
            {
                int count = await document.ReadPieceAsync(piece, buffer, cancellation);
                FlushResult flushed = await response.BodyWriter.WriteAsync(buffer.AsMemory(0, count), cancellation);
                if (flushed.IsCompleted || flushed.IsCanceled)
                {
                    return;
                }

                left -= count;
            }
        }
        finally
        {
            BodyBuffers.Return(buffer);
        }
    }

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
