using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// The end of the log, which an opening writes anew into a segment that is durable before it has its name. Commits above W
/// must be written anew: they may have been read from the page cache only, and it is not known that they were synced. A few
/// commits of the segments before are carried along. So starts while nothing can be filed do not use up one spare each.
/// </summary>
/// <remarks>Thread: the one that opens.</remarks>
internal sealed class JournalRewrite
{
    /// <summary>Taken along beyond what must be is at most this part of a segment.</summary>
    private const int Part = 4;

    private readonly JournalVerdict _verdict;
    private readonly int _from;

    private JournalRewrite(JournalVerdict verdict, int from)
    {
        _verdict = verdict;
        _from = from;
    }

    /// <summary>Live records that stay where they are.</summary>
    public IEnumerable<LiveRecord> Kept => _verdict.Live.Take(_from);

    /// <summary>Live records to be written anew: the last ones.</summary>
    public IReadOnlyList<LiveRecord> Written => _verdict.Live[_from..];

    /// <summary>The last commit that stays where it is: what lies above it in the segments before is void.</summary>
    public long StartsAfter =>
        _from == _verdict.Live.Count ? _verdict.End
        : _from > 0 ? _verdict.Live[_from - 1].Sequence
        : _verdict.FiledThrough;

    public static JournalRewrite Choose(JournalVerdict verdict, long segmentBytes)
    {
        List<LiveRecord> live = verdict.Live;
        int tail = live.FindIndex(record => record.Sequence > verdict.DurableThrough);
        tail = tail < 0 ? live.Count : tail;
        int from = tail;
        int freed = 0;
        long left = segmentBytes / Part;
        for (int index = tail - 1; index >= 0; index--)
        {
            left -= JournalFormat.BlockAlign(live[index].Record.PaddedBytes);
            if (left < 0)
            {
                break;
            }

            // It is worth it only if a segment becomes empty.
            if (index == 0 || live[index - 1].Scan != live[index].Scan)
            {
                from = index;
                freed++;
            }
        }

        // One segment for one would be no gain.
        return new JournalRewrite(verdict, tail < live.Count || freed > 1 ? from : live.Count);
    }

    /// <summary>Writes them, and adds their versions. The segment is in the list.</summary>
    public void Carry(SegmentPool pool, Dictionary<JournalScan, Segment> segments, RecoveredVersions unfiled, List<Segment> opened)
    {
        List<List<LiveRecord>> runs = Runs();
        Spare spare = pool.TakeOrPrepare(JournalFormat.BlockBytes + runs.Sum(GroupBytes) + ((long)runs.Count * JournalFormat.BlockBytes));
        SegmentHeader header = pool.Segments.NewHeader(spare.SizeBytes, StartsAfter, Written[0].Sequence, Math.Min(_verdict.DurableThrough, StartsAfter), _verdict.FiledThrough);
        var offsets = new List<long>();
        try
        {
            Write(spare.File, header, runs, segments, offsets);
        }
        catch
        {
            spare.File.Dispose();
            throw;
        }

        Segment segment = pool.Segments.Begin(spare, header);
        opened.Add(segment);
        segment.LastSequence = _verdict.End;
        var reader = new PayloadReader();
        for (int index = 0; index < offsets.Count; index++)
        {
            JudgedRecords.Collect(reader, segment, Written[index].Record, offsets[index], unfiled.Add);
        }
    }

    /// <summary>Sequences follow each other within a run; those between two runs were never used.</summary>
    private List<List<LiveRecord>> Runs()
    {
        var runs = new List<List<LiveRecord>>();
        foreach (LiveRecord live in Written)
        {
            if (runs.Count == 0 || runs[^1][^1].Sequence + 1 != live.Sequence)
            {
                runs.Add([]);
            }

            runs[^1].Add(live);
        }

        return runs;
    }

    private static long GroupBytes(List<LiveRecord> run) => JournalFormat.BlockAlign(run.Sum(live => (long)live.Record.PaddedBytes));

    /// <summary>Each run as a group behind the header's block, and behind it a seal that tells up to where nothing follows.</summary>
    private void Write(IFile file, SegmentHeader header, List<List<LiveRecord>> runs, Dictionary<JournalScan, Segment> segments, List<long> offsets)
    {
        var group = new GroupBuffer();
        var reader = new PayloadReader();
        long position = JournalFormat.BlockBytes;
        for (int index = 0; index < runs.Count; index++)
        {
            List<LiveRecord> run = runs[index];
            group.Start(file, position);
            foreach (LiveRecord live in run)
            {
                ReadOnlySpan<byte> payload = JudgedRecords.ReadAgain(reader, segments[live.Scan], live.Record, live.Record.PayloadOffset);
                offsets.Add(group.Add(CommitHeader(live), payload, header.Salt));
            }

            position = group.Finish();
            long unusedThrough = index + 1 < runs.Count ? runs[index + 1][0].Sequence - 1 : _verdict.HandedOutThrough;
            position = group.WriteSeal(file, position, RecordType.Seal, unusedThrough, new Watermarks(run[^1].Sequence, _verdict.FiledThrough), header.Salt);
        }
    }

    /// <summary>The record as it was, except for its watermarks. The bytes that are read again must be those that were scanned.</summary>
    private RecordHeader CommitHeader(LiveRecord live) => new()
    {
        Type = RecordType.Commit,
        PayloadBytes = live.Record.PayloadBytes,
        Operations = live.Record.Operations,
        Sequence = live.Sequence,
        DurableThrough = Math.Min(_verdict.DurableThrough, live.Sequence - 1),
        FiledThrough = _verdict.FiledThrough,
        PayloadHash = live.Record.PayloadHash,
    };
}
