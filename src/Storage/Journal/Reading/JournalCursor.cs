using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Memory;

namespace DocService.Storage.Journal.Reading;

/// <summary>Walks the published commits of a running journal, segment by segment.</summary>
/// <remarks>
/// Owns: a hold on the segment that it reads. Thread: one at a time, beside the journal's, which appends.
/// Invariants: it reads nothing behind <see cref="Watermarks.DurableThrough"/>, and nothing that a later segment's header
/// voids. No commit is skipped: the next record has the next sequence, or the one that a header or a seal names as the
/// next.
/// </remarks>
internal sealed class JournalCursor(LiveSegments live, Watermarks marks, long after) : ICommitCursor
{
    /// <summary>Buffers above this are not kept: one large commit must not hold its memory for ever.</summary>
    private const int KeptBytesMax = SegmentReader.StepBytes;

    private readonly byte[] _header = new byte[RecordHeader.Bytes];
    private readonly List<FollowedOperation> _operations = [];
    private byte[] _payload = [];
    private Segment? _segment;
    private long _offset;
    private long _unusedThrough; // sequences up to here were never used

    public long Position { get; private set; } = after;

    public bool TryRead([NotNullWhen(true)] out FollowedCommit? commit)
    {
        commit = TryFind(out RecordHeader record, out ReadOnlyMemory<byte> payload) ? Take(record, payload) : null;
        return commit is not null;
    }

    /// <summary>As <see cref="TryRead"/>: the record as it is in the journal.</summary>
    public bool TryReadRecord(out RecordHeader record, out ReadOnlyMemory<byte> payload)
    {
        bool isFound = TryFind(out record, out payload);
        Position = isFound ? record.Sequence : Position;
        return isFound;
    }

    private bool TryFind(out RecordHeader record, out ReadOnlyMemory<byte> payload)
    {
        record = default;
        payload = default;
        while (true)
        {
            // In this order: a segment is known before a commit in it is published.
            long through = marks.DurableThrough;
            if (Position >= through)
            {
                if (_payload.Length > KeptBytesMax)
                {
                    GiveBack();
                }

                return false;
            }

            Segment segment = _segment ?? Enter(Start());
            Segment? next = live.After(segment.Header.Number);
            long last = next is null ? through : Math.Min(through, next.Header.StartsAfter);
            if (Position >= last)
            {
                Enter(next!); // there is one: otherwise the last commit would be the last published one
                continue;
            }

            payload = ReadNext(segment, last, out record);
            return true;
        }
    }

    public void Dispose()
    {
        GiveBack();
        Leave();
    }

    /// <summary>The newest segment that begins at or before the position. Everything after the position is there or in later segments.</summary>
    private Segment Start() =>
        live.LastStartingAtOrBefore(Position)
        ?? throw new CommitsMissingException($"The journal does not hold the commits behind {Position} any more.");

    private Segment Enter(Segment segment)
    {
        Leave();
        if (!segment.TryHold())
        {
            throw new CommitsMissingException($"The journal has released segment {segment.Header.Number}, which holds commits behind {Position}.");
        }

        _segment = segment;
        _offset = JournalFormat.BlockBytes;
        _unusedThrough = segment.Header.FirstSequence - 1;
        return segment;
    }

    private void Leave()
    {
        _segment?.LetGo();
        _segment = null;
    }

    /// <summary>The commit behind the position. There is one in this segment, up to the given sequence: it is published.</summary>
    private ReadOnlyMemory<byte> ReadNext(Segment segment, long last, out RecordHeader record)
    {
        while (_offset + RecordHeader.Bytes <= segment.Header.SizeBytes)
        {
            if (ReadHeader(segment) is not { } found)
            {
                // Padding: the next group begins on a block.
                _offset = JournalFormat.BlockAlign(_offset + 1);
                continue;
            }

            long payload = _offset + RecordHeader.Bytes;
            _offset += found.PaddedBytes;
            if (found.Type != RecordType.Commit)
            {
                _unusedThrough = Math.Max(_unusedThrough, found.Sequence); // when a seal is written no group is under way
            }
            else if (found.Sequence > Position)
            {
                record = found;
                return Check(segment, found, payload, last);
            }
        }

        throw Damaged(segment, "its records end");
    }

    private RecordHeader? ReadHeader(Segment segment)
    {
        try
        {
            return segment.File.Read(_header, _offset) == _header.Length
                ? RecordHeader.TryRead(_header, segment.Header.Salt, segment.Header.SizeBytes - _offset)
                : null;
        }
        catch (FileSystemException exception)
        {
            throw Damaged(segment, exception.Message, exception);
        }
    }

    /// <summary>Reads the record, which must be the next one.</summary>
    private ReadOnlyMemory<byte> Check(Segment segment, RecordHeader record, long payloadOffset, long last)
    {
        // Sequences that were never used lie before the first one of a segment, or before what a seal tells.
        long expected = Math.Max(Position, Math.Min(_unusedThrough, record.Sequence - 1)) + 1;
        if (record.Sequence > last || record.Sequence != expected)
        {
            throw Damaged(segment, $"commit {record.Sequence} is where {Position + 1} should be");
        }

        return ReadPayload(segment, record, payloadOffset);
    }

    private FollowedCommit Take(RecordHeader record, ReadOnlyMemory<byte> bytes)
    {
        Segment segment = _segment!;
        ReadOnlySpan<byte> payload = bytes.Span;
        _operations.Clear();
        var parts = new PayloadParts(payload, record.Operations);
        while (parts.TryNext(out Operation operation))
        {
            if (!DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _))
            {
                throw Damaged(segment, $"commit {record.Sequence} cannot be taken apart");
            }

            bool isPut = operation.Kind == OperationKind.Put;
            payload.Overlaps(operation.Body, out int at);
            long version = operation.VersionIn(record.Sequence);
            ReadOnlyMemory<byte> body = operation.Body.IsEmpty ? default : bytes.Slice(at, operation.Body.Length);
            _operations.Add(new FollowedOperation(key, isPut ? operation.ToInfo(version) : null, body) { Version = version, IsSuperseded = operation.IsSuperseded });
        }

        if (_operations.Count != record.Operations || !parts.TryGetFields(out ReadOnlySpan<byte> fields))
        {
            throw Damaged(segment, $"commit {record.Sequence} cannot be taken apart");
        }

        Position = record.Sequence;
        return new FollowedCommit(record.Sequence, _operations) { Fields = Fields.TakeApart(bytes[^fields.Length..]) };
    }

    private ReadOnlyMemory<byte> ReadPayload(Segment segment, RecordHeader record, long offset)
    {
        if (_payload.Length < record.PayloadBytes || _payload.Length > KeptBytesMax)
        {
            GiveBack();
            _payload = BodyBuffers.Rent(Math.Max(record.PayloadBytes, 4096));
        }

        Memory<byte> payload = _payload.AsMemory(0, record.PayloadBytes);
        try
        {
            if (segment.File.Read(payload.Span, offset) != payload.Length || XxHash3.HashToUInt64(payload.Span) != record.PayloadHash)
            {
                throw Damaged(segment, $"the checksum of commit {record.Sequence} does not match");
            }
        }
        catch (FileSystemException exception)
        {
            throw Damaged(segment, exception.Message, exception);
        }

        return payload;
    }

    private void GiveBack()
    {
        byte[] payload = _payload;
        _payload = [];
        BodyBuffers.Return(payload);
    }

    private CommitsMissingException Damaged(Segment segment, string what, Exception? cause = null) =>
        new($"{segment.File.Path}: behind commit {Position}, near offset {_offset}: {what}.", cause);
}
