using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.History;

/// <summary>
/// Key of a document whose history has to be looked over: why, in one byte; where a version ends, when; then the id. Its value is a
/// version, as <see cref="VersionKey"/> writes it.
/// </summary>
internal static class DueKey
{
    private const int EndAt = 1;

    public const int BytesMax = EndAt + VersionKey.Bytes + DocumentKey.BytesMax;

    /// <param name="destination">Takes <see cref="BytesMax"/>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="end">Of <see cref="DueReason.Ended"/> alone.</param>
    /// <param name="id">Of the document.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, DueReason reason, DateTimeOffset? end, ReadOnlySpan<byte> id)
    {
        destination[0] = (byte)reason;
        int length = EndAt;
        if (end is { } moment)
        {
            VersionKey.Write(destination[EndAt..], moment.UtcTicks);
            length += VersionKey.Bytes;
        }

        id.CopyTo(destination[length..]);
        return length + id.Length;
    }

    /// <summary>Before all with that reason, and behind those that end by the moment; null: behind all of them.</summary>
    public static byte[] Behind(DueReason reason, DateTimeOffset? through)
    {
        if (through is not { } moment)
        {
            return [(byte)(reason + 1)];
        }

        byte[] key = new byte[EndAt + VersionKey.Bytes];
        key[0] = (byte)reason;
        VersionKey.Write(key.AsSpan(EndAt), moment.UtcTicks + 1);
        return key;
    }

    /// <exception cref="IndexFailedException">It is none.</exception>
    public static DueReason Read(ReadOnlySpan<byte> key, out DateTimeOffset? end, out ReadOnlySpan<byte> id)
    {
        int idAt = key is [(byte)DueReason.Ended, ..] ? EndAt + VersionKey.Bytes : EndAt;
        if (key.Length <= idAt || key[0] > (byte)DueReason.Ended)
        {
            throw Unknown();
        }

        end = idAt == EndAt ? null : EndOf(VersionKey.Read(key[EndAt..idAt]));
        id = key[idAt..];
        return (DueReason)key[0];
    }

    private static DateTimeOffset EndOf(long ticks) =>
        ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks ? new DateTimeOffset(ticks, TimeSpan.Zero) : throw Unknown();

    private static IndexFailedException Unknown() => new("A row of histories to look over is not one that the index has written.");
}
