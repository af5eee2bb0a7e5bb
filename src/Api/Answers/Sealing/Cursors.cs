using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Index.Finding;
using DocService.Index.Planning;

namespace DocService.Api.Answers.Sealing;

/// <summary>Cursors: where a page ended and of which query, sealed, so that a client can neither read nor make one.</summary>
/// <remarks>
/// In base64url: format, nonce, and by AES-GCM the query's digest, the kind of the position, the length of the sort key in
/// two bytes, the sort key, the id; then the tag.
/// </remarks>
internal sealed class Cursors(CursorKey key)
{
    /// <summary>Of this layout and of the order's keys: another order needs another number.</summary>
    private const byte Format = 1;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int DigestBytes = 32;
    private const int HeadBytes = DigestBytes + 1 + sizeof(ushort);
    private const int AroundBytes = 1 + NonceBytes + TagBytes;

    private const byte ById = 0;
    private const byte BySortKey = 1;
    private const byte Folder = 2;

    public async ValueTask<string> SealAsync(QueryForm form, SearchPosition position, CancellationToken cancellation)
    {
        byte[] text = Plain(form, position);
        byte[] cursor = new byte[AroundBytes + text.Length];
        cursor[0] = Format;
        RandomNumberGenerator.Fill(cursor.AsSpan(1, NonceBytes));
        using var cipher = new AesGcm(await key.GetOrMakeAsync(cancellation), TagBytes);
        cipher.Encrypt(cursor.AsSpan(1, NonceBytes), text, cursor.AsSpan(1 + NonceBytes, text.Length), cursor.AsSpan(cursor.Length - TagBytes), cursor.AsSpan(0, 1));
        return Base64Url.EncodeToString(cursor);
    }

    /// <summary>The position, or the problem with the cursor.</summary>
    public async ValueTask<(SearchPosition? Position, Problem? Problem)> OpenAsync(QueryForm form, CancellationToken cancellation)
    {
        if (!Base64Url.IsValid(form.Cursor) || Base64Url.DecodeFromChars(form.Cursor) is not { Length: >= AroundBytes + HeadBytes } cursor)
        {
            return (null, QueryProblems.Cursor);
        }

        if (cursor[0] != Format)
        {
            return (null, QueryProblems.CursorExpired);
        }

        foreach (byte[] one in await key.GetAsync(cancellation))
        {
            if (TryUnseal(cursor, one) is { } text)
            {
                return text.AsSpan(0, DigestBytes).SequenceEqual(form.Said.PagesDigest()) ? (PositionIn(text), null) : (null, QueryProblems.Cursor);
            }
        }

        return (null, QueryProblems.Cursor);
    }

    /// <summary>What the cursor will say: part of a page's entity tag, because the cursor itself is another each time.</summary>
    public static byte[] Plain(QueryForm form, SearchPosition position)
    {
        ReadOnlySpan<byte> sortKey = position.SortKey is { } bytes ? bytes.Span : default;
        byte[] text = new byte[HeadBytes + sortKey.Length + position.Id.Length];
        form.Said.PagesDigest().CopyTo(text);
        text[DigestBytes] = position.IsFolder ? Folder : position.SortKey is null ? ById : BySortKey;
        BinaryPrimitives.WriteUInt16LittleEndian(text.AsSpan(DigestBytes + 1), (ushort)sortKey.Length);
        sortKey.CopyTo(text.AsSpan(HeadBytes));
        position.Id.Span.CopyTo(text.AsSpan(HeadBytes + sortKey.Length));
        return text;
    }

    private static SearchPosition PositionIn(byte[] text)
    {
        int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(text.AsSpan(DigestBytes + 1));
        ReadOnlyMemory<byte> id = text.AsMemory(HeadBytes + keyLength);
        return text[DigestBytes] switch
        {
            BySortKey => new SearchPosition(id, text.AsMemory(HeadBytes, keyLength)),
            Folder => new SearchPosition(id, IsFolder: true),
            _ => new SearchPosition(id),
        };
    }

    private static byte[]? TryUnseal(byte[] cursor, byte[] key)
    {
        byte[] text = new byte[cursor.Length - AroundBytes];
        try
        {
            using var cipher = new AesGcm(key, TagBytes);
            cipher.Decrypt(cursor.AsSpan(1, NonceBytes), cursor.AsSpan(1 + NonceBytes, text.Length), cursor.AsSpan(cursor.Length - TagBytes), text, cursor.AsSpan(0, 1));
            return text;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
