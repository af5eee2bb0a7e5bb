using System.IO.Hashing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Writing;

/// <summary>Writes a group into a file: its records back to back, padded with zeros to a whole number of blocks.</summary>
/// <remarks>
/// Owns: a buffer of a fixed size. Thread: one at a time.
/// Invariant: takes no memory after it is made. A group that is larger than the buffer is written in several pieces, of
/// which all but the last are as large as the buffer.
/// </remarks>
/// <param name="bytesMax">Length of the buffer: whole blocks.</param>
internal sealed class GroupBuffer(int bytesMax = GroupBuffer.UsualBytes)
{
    /// <summary>A group of small commits is written with one call.</summary>
    public const int UsualBytes = 2 * SpareFactory.PieceBytes;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(bytesMax);
    private IFile? _file;
    private long _position; // in the file, of the buffer's first byte
    private int _length;

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

    /// <summary>The group goes there; block-aligned.</summary>
    public void Start(IFile file, long position)
    {
        _file = file;
        _position = position;
        _length = 0;
    }

    /// <summary>Adds a record; returns the offset of its payload in the file.</summary>
    /// <exception cref="FileSystemException">Any part of the group may have been written.</exception>
    public long Add(RecordHeader header, ReadOnlySpan<byte> payload, ulong salt)
    {
        Span<byte> bytes = stackalloc byte[RecordHeader.Bytes];
        header.Write(bytes, salt);
        Append(bytes);
        long payloadOffset = _position + _length;
        Append(payload);
        AppendZeros(header.PaddedBytes - RecordHeader.Bytes - payload.Length);
        return payloadOffset;
    }

    /// <summary>Pads to the next block and writes what is left; returns where the group ends.</summary>
    /// <exception cref="FileSystemException">As <see cref="Add"/>.</exception>
    public long Finish()
    {
        AppendZeros((int)JournalFormat.BlockAlign(_length) - _length);
        Flush();
        return _position;
    }

    /// <summary>A group of one record without operations; returns where it ends.</summary>
    public long WriteSeal(IFile file, long position, RecordType type, long sequence, Watermarks marks, ulong salt)
    {
        Start(file, position);
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
        return Finish();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, RoomFor());
            bytes[..count].CopyTo(_buffer.AsSpan(_length));
            _length += count;
            bytes = bytes[count..];
        }
    }

    private void AppendZeros(int count)
    {
        while (count > 0)
        {
            int some = Math.Min(count, RoomFor());
            _buffer.AsSpan(_length, some).Clear();
            _length += some;
            count -= some;
        }
    }

    /// <summary>Bytes that the buffer takes, at least one.</summary>
    private int RoomFor()
    {
        if (_length == _buffer.Length)
        {
            Flush();
        }

        return _buffer.Length - _length;
    }

    private void Flush()
    {
        if (_length > 0)
        {
            _file!.Write(_buffer.AsSpan(0, _length), _position);
            _position += _length;
            _length = 0;
        }
    }
}
