using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Versions;

/// <summary>A large body in its document's file.</summary>
/// <remarks>
/// Owns: the open file. It stays what it is when the document is replaced or deleted, and when the store is closed.
/// Thread: one call at a time; each takes a place among the readers of the disk, and holds it for one piece.
/// On failure: a piece that is not what was verified is read once more past the page cache, and then never given out. Without
/// memory for a read nothing is known of the piece: the store is busy, and the document is not called corrupt.
/// </remarks>
internal sealed class FiledBody(DocumentKey key, IFile file, BodyPieces pieces, ReadGate reads) : LargeBody
{
    public override async ValueTask<int> ReadAsync(int piece, Memory<byte> buffer, CancellationToken cancellation)
    {
        using ReadGate.Place place = await reads.EnterAsync(cancellation).ConfigureAwait(false);
        if (TryRead(piece, buffer.Span, out int count, out _))
        {
            return count;
        }

        file.DropCache();
        return TryRead(piece, buffer.Span, out count, out string reason) ? count : throw new DocumentCorruptException(key, file.Path, reason);
    }

    public override void Dispose() => file.Dispose();

    private bool TryRead(int piece, Span<byte> buffer, out int count, out string reason)
    {
        reason = "the body changed after it had been verified";
        try
        {
            return pieces.TryRead(file, piece, buffer, out count);
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles)
        {
            throw new StoreBusyException(exception.Message, exception) { NamesFiles = true };
        }
        catch (FileSystemException exception)
        {
            reason = exception.Message;
            count = 0;
            return false;
        }
    }
}
