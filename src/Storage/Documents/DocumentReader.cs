using System.Buffers;
using System.IO.Hashing;
using System.Text;
using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>Reads and verifies one open document file. An unlinked or replaced file stays readable through its handle.</summary>
/// <remarks>
/// A check that fails is made once more past the page cache, because memory can be wrong where the disk is right;
/// only then is the document called corrupt.
/// </remarks>
internal static class DocumentReader
{
    /// <summary>First read: one system call fetches header and body of most documents.</summary>
    private const int FirstReadBytes = BodySizes.Small;

    /// <summary>Header and body, both checksums verified.</summary>
    /// <param name="file">The document's.</param>
    /// <param name="key">Whose it must be.</param>
    /// <param name="budget">What the file's length is charged to before there is a buffer for it; null: nothing.</param>
    /// <exception cref="DocumentCorruptException">Unreadable or damaged.</exception>
    /// <exception cref="StoreBusyException">The budget has no room for it.</exception>
    public static StoredDocument Read(IFile file, DocumentKey key, ByteBudget? budget) => Open(file, key, budget, hold: null);

    /// <summary>The same; where the body is larger than one piece it is left in the file, which then belongs to what holds it.</summary>
    public static StoredDocument Open(IFile file, DocumentKey key, ByteBudget? budget, Func<BodyPieces, LargeBody>? hold)
    {
        if (TryRead(file, key, budget, hold, out StoredDocument? document, out _))
        {
            return document!;
        }

        file.DropCache();
        return TryRead(file, key, budget, hold, out document, out string reason)
            ? document!
            : throw new DocumentCorruptException(key, file.Path, reason);
    }

    /// <summary>The header alone: its checksum and the file's length verified, the body's checksum not.</summary>
    /// <exception cref="DocumentCorruptException">Unreadable or damaged.</exception>
    public static DocumentInfo ReadInfo(IFile file, DocumentKey key)
    {
        if (TryReadInfo(file, key, out DocumentInfo? info, out _))
        {
            return info!;
        }

        file.DropCache();
        return TryReadInfo(file, key, out info, out string reason)
            ? info!
            : throw new DocumentCorruptException(key, file.Path, reason);
    }

    /// <summary>What its header says, whatever has become of the bytes behind it; null when the header is damaged, or another document's.</summary>
    /// <exception cref="FileSystemException">It cannot be read.</exception>
    public static DocumentInfo? TryReadHeader(IFile file, DocumentKey key)
    {
        byte[] buffer = new byte[DocumentHeader.BytesMax];
        int count = file.Read(buffer, 0);
        return DocumentHeader.TryRead(buffer.AsSpan(0, count), key, out ParsedHeader header, out _) ? header.Info : null;
    }

    /// <summary>Whose file this is, by its header; null when that is damaged.</summary>
    public static DocumentKey? TryReadKey(IFile file)
    {
        byte[] buffer = new byte[DocumentHeader.BytesMax];
        int count = file.Read(buffer, 0);
        return DocumentHeader.TryReadIdentity(buffer.AsSpan(0, count), out string? id, out _)
            && DocumentKey.TryCreateStored(Encoding.UTF8.GetBytes(id), out DocumentKey key, out _) ? key : null;
    }

    /// <summary>The version in the header of whichever document's file this is; 0 when the header is damaged.</summary>
    public static long TryReadVersion(IFile file)
    {
        byte[] buffer = new byte[DocumentHeader.BytesMax];
        int count = file.Read(buffer, 0);
        return DocumentHeader.TryReadIdentity(buffer.AsSpan(0, count), out _, out long version) ? version : 0;
    }

    private static bool TryReadInfo(IFile file, DocumentKey key, out DocumentInfo? info, out string reason)
    {
        info = null;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(DocumentHeader.BytesMax);
        try
        {
            Span<byte> first = buffer.AsSpan(0, DocumentHeader.BytesMax);
            int count = ReadFirst(file, first, key, out ParsedHeader header, out bool isRead, out reason);
            if (!isRead || !HasLength(header, count < first.Length ? count : file.GetLength(), out reason))
            {
                return false;
            }

            info = header.Info;
            return true;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            reason = exception.Message;
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryRead(IFile file, DocumentKey key, ByteBudget? budget, Func<BodyPieces, LargeBody>? hold, out StoredDocument? document, out string reason)
    {
        document = null;
        long taken = 0;
        byte[] buffer = BodyBuffers.Rent(FirstReadBytes);
        try
        {
            int count = ReadFirst(file, buffer, key, out ParsedHeader header, out bool isRead, out reason);
            if (!isRead)
            {
                return false;
            }

            // A short read ends at the end of the file; otherwise its length, never the header's word, bounds the buffer.
            long fileBytes = count < buffer.Length ? count : file.GetLength();
            if (!HasLength(header, fileBytes, out reason))
            {
                return false;
            }

            if (hold is not null && header.Info.Length > StoredDocument.PieceBytes)
            {
                if (BodyPieces.TryVerify(file, header, out reason) is not { } pieces)
                {
                    return false;
                }

                document = new StoredDocument(header.Info, hold(pieces));
                BodyBuffers.Return(buffer);
                return true;
            }

            budget?.Take(fileBytes);
            taken = fileBytes;
            if (fileBytes > count && !TryReadRest(file, ref buffer, count, fileBytes, out reason))
            {
                return false;
            }

            int bodyBytes = (int)header.Info.Length;
            if (XxHash3.HashToUInt64(buffer.AsSpan(header.HeaderBytes, bodyBytes)) != header.BodyHash)
            {
                reason = "the body's checksum does not match";
                return false;
            }

            document = new StoredDocument(header.Info, buffer, header.HeaderBytes, bodyBytes, budget, taken);
            return true;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            reason = exception.Message;
            return false;
        }
        finally
        {
            if (document is null)
            {
                BodyBuffers.Return(buffer);
                budget?.Return(taken);
            }
        }
    }

    /// <summary>
    /// Header and what follows it, in one system call where the header itself says that this was all. Where it does not,
    /// a short read may have been cut off, and is done again until the buffer is full or the file ends.
    /// </summary>
    private static int ReadFirst(IFile file, Span<byte> buffer, DocumentKey key, out ParsedHeader header, out bool isRead, out string reason)
    {
        int count = file.ReadSome(buffer, 0);
        isRead = DocumentHeader.TryRead(buffer[..count], key, out header, out reason);
        if (count == buffer.Length || (isRead && header.FileBytes == count))
        {
            return count;
        }

        count = file.Read(buffer, 0);
        isRead = DocumentHeader.TryRead(buffer[..count], key, out header, out reason);
        return count;
    }

    private static bool TryReadRest(IFile file, ref byte[] buffer, int count, long fileBytes, out string reason)
    {
        reason = string.Empty;
        if (fileBytes > Array.MaxLength)
        {
            reason = "the file is larger than a document can be";
            return false;
        }

        byte[] larger = BodyBuffers.Rent((int)fileBytes);
        buffer.AsSpan(0, count).CopyTo(larger);
        BodyBuffers.Return(buffer);
        buffer = larger;
        if (count + file.Read(buffer.AsSpan(count, (int)fileBytes - count), count) == fileBytes)
        {
            return true;
        }

        reason = "the file became shorter while it was read";
        return false;
    }

    private static bool HasLength(ParsedHeader header, long fileBytes, out string reason)
    {
        reason = header.FileBytes == fileBytes
            ? string.Empty
            : $"the file has {fileBytes} bytes, its header speaks of {header.FileBytes}";
        return reason.Length == 0;
    }
}
