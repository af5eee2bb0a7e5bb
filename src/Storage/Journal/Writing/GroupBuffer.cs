using System.IO.Hashing;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Writing;

/// <summary>The bytes of one group: its records back to back, padded with zeros to a whole number of blocks.</summary>
/// <remarks>Owns: the buffer, used for every group again. Thread: the journal's.</remarks>
internal sealed class GroupBuffer
{
    /// <summary>Buffers above this are not kept: one large document must not hold its memory for ever.</summary>
    private const int KeptBytesMax = 8 * 1024 * 1024;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
    private int _length;

    /// <summary>What <see cref="Finish"/> completed.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Length that the commits' group will have, padding included.</summary>
    public static long Measure(List<Commit> commits)
    {
        long bytes = 0;
        foreach (Commit commit in commits)
        {
            bytes += commit.RecordBytes;
        }

        return JournalFormat.BlockAlign(bytes);
    }

    public void Begin(long bytes)
    {
        if (_buffer.Length < bytes || _buffer.Length > KeptBytesMax)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(checked((int)Math.Max(bytes, 256 * 1024)));
        }

        _length = 0;
    }

    /// <summary>Adds a record; returns the offset of its payload in the group.</summary>
    public int Add(RecordHeader header, ReadOnlySpan<byte> payload, ulong salt)
    {
        Span<byte> record = _buffer.AsSpan(_length, header.PaddedBytes);
        header.Write(record, salt);
        payload.CopyTo(record[RecordHeader.Bytes..]);
        record[(RecordHeader.Bytes + payload.Length)..].Clear();
        int payloadOffset = _length + RecordHeader.Bytes;
        _length += record.Length;
        return payloadOffset;
    }

    /// <summary>Pads to the next block.</summary>
    public void Finish()
    {
        int padded = (int)JournalFormat.BlockAlign(_length);
        _buffer.AsSpan(_length, padded - _length).Clear();
        _length = padded;
    }

    /// <summary>A group of one record without operations.</summary>
    public void FillWithSeal(RecordType type, long sequence, Watermarks marks, ulong salt)
    {
        Begin(JournalFormat.BlockBytes);
        Add(
            new RecordHeader
            {
                Type = type,
                PayloadBytes = 0,
                Operations = 0,
                Sequence = sequence,
                DurableThrough = marks.DurableThrough,
                FiledThrough = marks.FiledThrough,
                PayloadHash = XxHash3.HashToUInt64([]),
            },
            [],
            salt);
        Finish();
    }
}
