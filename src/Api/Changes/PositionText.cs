using System.Buffers.Binary;
using System.Buffers.Text;
using DocService.Index.Feeding;

namespace DocService.Api.Changes;

/// <summary>Positions in the feed as clients keep them: opaque, in base64url. <c>0</c> is the beginning.</summary>
/// <remarks>Format, identity of the store, sequence, and, while a newcomer reads what is there, the commit as of which it began.</remarks>
internal static class PositionText
{
    public const string Beginning = "0";

    private const byte Format = 1;
    private const int StoreIdAt = 1;
    private const int SequenceAt = StoreIdAt + 16;
    private const int BegunAt = SequenceAt + sizeof(long);
    private const int BytesMax = BegunAt + sizeof(long);

    public static string Write(FeedPosition position)
    {
        if (position == FeedPosition.Beginning)
        {
            return Beginning;
        }

        Span<byte> bytes = stackalloc byte[BytesMax];
        bytes[0] = Format;
        position.StoreId.TryWriteBytes(bytes[StoreIdAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[SequenceAt..], position.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[BegunAt..], position.Begun);
        return Base64Url.EncodeToString(position.Begun == 0 ? bytes[..BegunAt] : bytes);
    }

    /// <summary>False where it is none that this server has given.</summary>
    public static bool TryRead(string text, out FeedPosition position)
    {
        position = FeedPosition.Beginning;
        if (text == Beginning)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[BytesMax];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out int length) || length is not (BegunAt or BytesMax) || bytes[0] != Format)
        {
            return false;
        }

        long sequence = BinaryPrimitives.ReadInt64BigEndian(bytes[SequenceAt..]);
        long begun = length == BytesMax ? BinaryPrimitives.ReadInt64BigEndian(bytes[BegunAt..]) : 0;
        position = new FeedPosition(new Guid(bytes.Slice(StoreIdAt, 16), bigEndian: true), sequence, begun);
        return sequence >= 0 && sequence < long.MaxValue && begun >= 0;
    }
}
