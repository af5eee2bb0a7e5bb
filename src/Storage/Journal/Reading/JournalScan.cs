using System.IO.Hashing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Reading;

/// <summary>An intact record, reduced to what recovery needs of it: there may be millions.</summary>
/// <param name="Sequence">Of its commit; of a seal, the highest handed out before it.</param>
/// <param name="Offset">Of the record in its segment.</param>
/// <param name="PayloadBytes">Length of its payload.</param>
/// <param name="Operations">How many it says to have.</param>
/// <param name="Type">What it is.</param>
/// <param name="PayloadHash">XXH3 of its payload: what is read again must be what was judged.</param>
internal readonly record struct ScannedRecord(long Sequence, int Offset, int PayloadBytes, int Operations, RecordType Type, ulong PayloadHash)
{
    /// <summary>Whether its commit was made by a request with a key.</summary>
    public bool HasRequest { get; init; }

    public long PayloadOffset => Offset + RecordHeader.Bytes;

    public int PaddedBytes => JournalFormat.Align(RecordHeader.Bytes + PayloadBytes);
}

/// <summary>A record whose header is intact and whose payload is not.</summary>
/// <param name="Offset">Of the record in its segment.</param>
/// <param name="Sequence">Of its commit.</param>
/// <param name="Ids">Those of its documents that can still be read, unverified.</param>
internal sealed record DamagedRecord(long Offset, long Sequence, IReadOnlyList<string> Ids);

/// <summary>What one segment file holds: read to its end, whatever is found on the way, or to a clean stop.</summary>
/// <remarks>
/// After a record that is not intact, reading goes on at every following block: what lies behind decides whether it was a torn tail or damage.
/// Nothing follows a clean stop, because each start begins a segment of its own. So reading ends there when nothing begins
/// within <see cref="QuietBytes"/>, unless all is to be read.
/// </remarks>
internal sealed class JournalScan
{
    /// <summary>Far more than one block: a writer that went on after a clean stop would have begun at the next block.</summary>
    private const int QuietBytes = SegmentReader.StepBytes;

    private readonly List<(long After, long Through)> _unused = [];

    private JournalScan(string name, long number, SegmentHeader? header)
    {
        Name = name;
        Number = number;
        Header = header;
    }

    public string Name { get; }

    /// <summary>From the file's name.</summary>
    public long Number { get; }

    /// <summary>Null when it is damaged, or is another segment's or another store's.</summary>
    public SegmentHeader? Header { get; }

    /// <summary>The header is intact, and another segment's or another store's: somebody put the file there.</summary>
    public bool IsForeign { get; private init; }

    /// <summary>In the order of their places.</summary>
    public List<ScannedRecord> Records { get; } = [];

    /// <summary>The highest durableThrough in any of the records.</summary>
    public long DurableThrough { get; private set; }

    /// <summary>The highest filedThrough in any of the records.</summary>
    public long FiledThrough { get; private set; }

    public List<DamagedRecord> DamagedRecords { get; } = [];

    /// <summary>The first block that the device could not read; zeros took its place. Null if it read everything.</summary>
    public long? UnreadableAt { get; private set; }

    /// <summary>Steps over sequences of which the segment says that they were never used.</summary>
    public long AfterUnused(long sequence)
    {
        if (Header is { } header && sequence > header.StartsAfter && sequence < header.FirstSequence)
        {
            sequence = header.FirstSequence;
        }

        foreach ((long after, long through) in _unused)
        {
            sequence = sequence > after && sequence <= through ? through + 1 : sequence;
        }

        return sequence;
    }

    /// <summary>Reads the segment.</summary>
    /// <param name="segment">The file.</param>
    /// <param name="name">Its name.</param>
    /// <param name="lineage">Whose it must be.</param>
    /// <param name="isWhole">To the last byte, also behind a clean stop: to see whether the device can read it.</param>
    /// <param name="buffer">Is grown as needed and serves the next one again.</param>
    /// <exception cref="FileSystemException">The file cannot be read; blocks that the device cannot read are no such error.</exception>
    /// <exception cref="StoreFormatException">It was written by a later version.</exception>
    public static JournalScan Read(IFile segment, string name, Lineage lineage, bool isWhole, ref byte[] buffer)
    {
        var file = new PatchyFile(segment);
        long number = Segment.TryParseName(name) ?? throw new ArgumentException("Not a segment's name.", nameof(name));
        long length = file.GetLength();
        byte[] block = new byte[JournalFormat.BlockBytes];
        SegmentHeader? header = file.Read(block, 0) == block.Length ? SegmentHeader.TryRead(block) : null;
        if (header is not { } known || known.Number != number || !lineage.Contains(known.StoreId))
        {
            return new JournalScan(name, number, null) { IsForeign = header is not null, UnreadableAt = file.UnreadableAt };
        }

        var scan = new JournalScan(name, number, header);
        int bytes = (int)Math.Min(length, known.SizeBytes);
        if (buffer.Length < bytes)
        {
            buffer = GC.AllocateUninitializedArray<byte>(bytes);
        }

        scan.ReadRecords(new SegmentReader(file, buffer, bytes), known, isWhole);
        scan.UnreadableAt = file.UnreadableAt;
        return scan;
    }

    private void ReadRecords(SegmentReader segment, SegmentHeader header, bool isWhole)
    {
        int offset = JournalFormat.BlockBytes;
        int found = offset; // where the last record ends, damaged ones too
        while (segment.Through(offset + RecordHeader.Bytes).Length >= offset + RecordHeader.Bytes
            && (isWhole || offset <= found + QuietBytes || Records is not [.., { Type: RecordType.CleanStop }]))
        {
            int end = TryReadRecord(segment, offset, header);
            if (end > 0)
            {
                offset = end;
                found = end;
            }
            else
            {
                // Padding, zeros, or something that is no record: the next group can only begin on a block.
                offset = (int)JournalFormat.BlockAlign(offset + 1);
            }
        }
    }

    /// <summary>Where the record with an intact header at the offset ends; 0 when there is none.</summary>
    private int TryReadRecord(SegmentReader segment, int offset, SegmentHeader header)
    {
        int start = offset + RecordHeader.Bytes;
        if (RecordHeader.TryRead(segment.Through(start)[offset..], header.Salt, header.SizeBytes - offset) is not { } record)
        {
            return 0;
        }

        ReadOnlySpan<byte> payload = segment.Through(start + record.PayloadBytes)[start..];
        payload = payload[..Math.Min(record.PayloadBytes, payload.Length)];
        if (payload.Length != record.PayloadBytes || XxHash3.HashToUInt64(payload) != record.PayloadHash)
        {
            // Its length is checked, so the records of its group behind it are found too.
            DamagedRecords.Add(new DamagedRecord(offset, record.Sequence, LegibleIds(payload, record.Operations)));
            return offset + record.PaddedBytes;
        }

        // This throws for what must be understood and is not, before anything is written. A payload that cannot be taken
        // apart is found when it is needed.
        bool hasRequest = PayloadParts.AreWhole(payload, record.Operations, out ReadOnlySpan<byte> fields) && Fields.TryFind(fields, RecordFields.Request, out _);

        Records.Add(new ScannedRecord(record.Sequence, offset, record.PayloadBytes, record.Operations, record.Type, record.PayloadHash) { HasRequest = hasRequest });
        if (record.Type != RecordType.Commit && record.Sequence > record.DurableThrough)
        {
            // When a seal is written no group is under way.
            _unused.Add((record.DurableThrough, record.Sequence));
        }

        DurableThrough = Math.Max(DurableThrough, record.DurableThrough);
        FiledThrough = Math.Max(FiledThrough, record.FiledThrough);
        return offset + record.PaddedBytes;
    }

    private static List<string> LegibleIds(ReadOnlySpan<byte> payload, int operations)
    {
        var ids = new List<string>();
        try
        {
            var parts = new PayloadParts(payload, operations);
            while (parts.TryNext(out Operation operation) && DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _))
            {
                ids.Add(key.Id);
            }
        }
        catch (StoreFormatException)
        {
            // Damaged bytes, not a later version: what was legible so far is all there is.
        }

        return ids;
    }
}
