using System.IO.Hashing;
using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>The pieces of a body in a document's file, each with the hash that it had when the whole was verified.</summary>
internal sealed class BodyPieces
{
    private readonly int _headerBytes;
    private readonly long _bodyBytes;
    private readonly ulong[] _hashes;

    private BodyPieces(ParsedHeader header)
    {
        _headerBytes = header.HeaderBytes;
        _bodyBytes = header.Info.Length;
        _hashes = new ulong[(_bodyBytes + StoredDocument.PieceBytes - 1) / StoredDocument.PieceBytes];
    }

    /// <summary>Reads the whole body, holding one piece of it; null where it is not what was written.</summary>
    /// <exception cref="FileSystemException">A read failed.</exception>
    public static BodyPieces? TryVerify(IFile file, ParsedHeader header, out string reason)
    {
        var pieces = new BodyPieces(header);
        var whole = new XxHash3();
        byte[] buffer = BodyBuffers.Rent(StoredDocument.PieceBytes);
        try
        {
            for (int piece = 0; piece < pieces._hashes.Length; piece++)
            {
                Span<byte> bytes = buffer.AsSpan(0, pieces.BytesOf(piece));
                if (file.Read(bytes, pieces.OffsetOf(piece)) < bytes.Length)
                {
                    reason = "the file became shorter while it was read";
                    return null;
                }

                whole.Append(bytes);
                pieces._hashes[piece] = XxHash3.HashToUInt64(bytes);
            }
        }
        finally
        {
            BodyBuffers.Return(buffer);
        }

        bool isIntact = whole.GetCurrentHashAsUInt64() == header.BodyHash;
        reason = isIntact ? string.Empty : "the body's checksum does not match";
        return isIntact ? pieces : null;
    }

    /// <summary>Reads a piece again; false where it is not what was verified.</summary>
    public bool TryRead(IFile file, int piece, Span<byte> buffer, out int count)
    {
        Span<byte> bytes = buffer[..BytesOf(piece)];
        count = bytes.Length;
        return file.Read(bytes, OffsetOf(piece)) == count && XxHash3.HashToUInt64(bytes) == _hashes[piece];
    }

    private long OffsetOf(int piece) => _headerBytes + ((long)piece * StoredDocument.PieceBytes);

    private int BytesOf(int piece) => (int)Math.Min(StoredDocument.PieceBytes, _bodyBytes - ((long)piece * StoredDocument.PieceBytes));
}
