using System.Security.Cryptography;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>A snapshot's own journal: the commits that the documents' files may not have yet, in segments made for it.</summary>
/// <remarks>
/// Owns: the segment that is written. Thread: one.
/// Invariants: the segments hold each commit behind the sequence at which it began, and say that all of them are durable; they are, once
/// <see cref="Finish"/> and a sync of their directory have returned. What comes before is filed.
/// On failure: the snapshot is given up.
/// </remarks>
/// <param name="directory">Where they go.</param>
/// <param name="storeId">Told in their headers.</param>
/// <param name="filedThrough">Everything up to here is in the documents' files.</param>
/// <param name="segmentBytes">A segment has about so much, and at least one record.</param>
/// <param name="clock">Dates the headers.</param>
internal sealed class SnapshotTail(IDirectory directory, Guid storeId, long filedThrough, long segmentBytes, TimeProvider clock) : IDisposable
{
    private readonly GroupBuffer _group = new();
    private readonly long _filedThrough = filedThrough;
    private IFile? _file; // null: the next record begins a segment
    private SegmentHeader _header;
    private long _position;
    private long _number;

    /// <summary>Of the last commit that it has.</summary>
    public long Sequence { get; private set; } = filedThrough;

    /// <summary>Appends a commit, which is behind the last one.</summary>
    public void Add(RecordHeader record, ReadOnlySpan<byte> payload)
    {
        if (_file is not null && _position + record.PaddedBytes > segmentBytes - (2 * JournalFormat.BlockBytes)) // its last group's end, and a seal
        {
            End(Sequence);
        }

        if (_file is null)
        {
            Begin(record.Sequence);
        }
        else if (record.Sequence != Sequence + 1)
        {
            Seal(record.Sequence - 1); // those between were never used
        }

        _group.Add(record with { DurableThrough = record.Sequence - 1, FiledThrough = _filedThrough }, payload, _header.Salt);
        _position += record.PaddedBytes;
        Sequence = record.Sequence;
    }

    /// <summary>No commit follows. All segments are synced when it returns, and so is the mark of the newest; their names are not.</summary>
    public void Finish()
    {
        if (_file is null)
        {
            Begin(Sequence + 1);
        }

        End(Sequence);
        directory.Create(NewestMark.NameOf(_number)).Dispose();
    }

    public void Dispose() => _file?.Dispose();

    private void Begin(long firstSequence)
    {
        Span<byte> salt = stackalloc byte[8];
        RandomNumberGenerator.Fill(salt);
        _header = new SegmentHeader
        {
            StoreId = storeId,
            Number = ++_number,
            Salt = BitConverter.ToUInt64(salt),
            SizeBytes = JournalFormat.SegmentBytesMin, // until its end is known
            StartsAfter = Sequence,
            FirstSequence = firstSequence,
            DurableThrough = Sequence,
            FiledThrough = _filedThrough,
            Created = clock.GetUtcNow().UtcDateTime,
        };
        _file = directory.Create(Segment.NameOf(_number));
        _position = JournalFormat.BlockBytes;
        _group.Start(_file, _position);
    }

    private void Seal(long unusedThrough)
    {
        _position = _group.WriteSeal(_file!, _group.Finish(), RecordType.Seal, unusedThrough, new Watermarks(Sequence, _filedThrough), _header.Salt);
        _group.Start(_file!, _position);
    }

    /// <summary>The header comes last: only now the segment's length is known. Nobody looks at it before the snapshot has its name.</summary>
    private void End(long unusedThrough)
    {
        Seal(unusedThrough);
        byte[] block = new byte[JournalFormat.BlockBytes];
        long size = Math.Max(JournalFormat.BlockAlign(_position), JournalFormat.SegmentBytesMin);
        if (size > _position)
        {
            _file!.Write(block, size - block.Length);
        }

        (_header with { SizeBytes = size }).Write(block);
        _file!.Write(block, 0);
        _file.Sync();
        _file.Dispose();
        _file = null;
    }
}
