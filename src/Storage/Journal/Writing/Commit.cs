using System.IO.Hashing;
using System.Text;
using System.Threading.Tasks.Sources;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Journal.Writing;

/// <summary>One commit on its way through the journal: encoded by its caller, completed by the journal's thread.</summary>
/// <remarks>
/// Owns: the pooled payload until the group is written. Thread: the caller's until it is queued, then the journal's.
/// Whoever awaits it continues on the thread pool (<see cref="Acknowledgements"/>).
/// </remarks>
internal sealed class Commit : IValueTaskSource<long>, IThreadPoolWorkItem
{
    private readonly OperationPlace[] _places;
    private ManualResetValueTaskSourceCore<long> _acknowledgement; // its state changes in place: not readonly
    private StoreException? _error;
    private bool _isClaimed;
    private int _placeCount;
    private byte[] _buffer;

    /// <summary>An empty commit with room for the operations; see <see cref="Operation.Measure"/>; record fields come on top.</summary>
    /// <exception cref="OutOfMemoryException">There is none for the payload; nothing is held.</exception>
    public Commit(int payloadBytesMax, int operations)
    {
        _buffer = BodyBuffers.Rent(payloadBytesMax);
        _places = new OperationPlace[operations];
    }

    /// <summary>Whether it holds deletes only: those are taken even when the disk is full.</summary>
    public bool IsDeletesOnly { get; private set; } = true;

    /// <summary>
    /// Not 0 for a copy of a record: the commit changes nothing, and repeats the document's version of this number, because
    /// that version cannot be filed yet (<see cref="Operation.CarriedVersion"/>). It has one operation.
    /// </summary>
    public long CarriedVersion { get; init; }

    /// <summary>Of such a copy: it is for the kept version's file, not for the document's (<see cref="Operation.IsSuperseded"/>).</summary>
    public bool IsSuperseded { get; init; }

    public int PayloadBytes { get; private set; }

    public ulong PayloadHash { get; private set; }

    public ReadOnlySpan<OperationPlace> Places => _places.AsSpan(0, _placeCount);

    /// <summary>Acknowledged once it is appended, not once it is durable.</summary>
    public bool IsBuffered { get; init; }

    /// <summary>Until when it may wait for room in the journal, by the timestamps of the store's clock; then it is refused.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(0, PayloadBytes);

    /// <summary>Of a commit that is traced; given before it is queued.</summary>
    public CommitTimes? Times { get; set; }

    /// <summary>Given by the journal's thread when the record is made.</summary>
    public long Sequence { get; set; }

    /// <summary>The segment of the record; given with the sequence.</summary>
    public Segment? Segment { get; set; }

    /// <summary>Offset of the payload in the segment.</summary>
    public long PayloadOffset { get; set; }

    /// <summary>
    /// The journal's thread calls it once, before the commit is completed: with true when the commit is published, with
    /// false when it never will be. It must neither block nor throw.
    /// </summary>
    public Action<bool>? Settled { private get; set; }

    /// <summary>
    /// Completed with the sequence once the record is durable and published, or, if it <see cref="IsBuffered"/>, has been
    /// handed to the operating system; fails when that does not come to pass. Awaited once.
    /// </summary>
    public ValueTask<long> Acknowledged => new(this, _acknowledgement.Version);

    /// <summary>Length of the record in its group.</summary>
    public int RecordBytes => JournalFormat.Align(RecordHeader.Bytes + PayloadBytes);

    public static int MeasurePut(DocumentKey key, DocumentInfo info, int bodyBytes, int fieldsBytes = 0) =>
        Operation.Measure(Encoding.UTF8.GetByteCount(key.Id), info.ContentType.Length, bodyBytes, fieldsBytes + Operation.MeasureFields(info));

    /// <summary>Room that the operation takes if it is carried out, and its document is given an end and is kept.</summary>
    public static long MeasureAtMost(DocumentOperation operation)
    {
        int idBytes = Encoding.UTF8.GetByteCount(operation.Key.Id);
        return operation is PutOperation { Content: var content }
            ? Operation.Measure(idBytes, content.ContentType.Length, content.Body.Length, Operation.FieldsBytesMax)
            : Operation.Measure(idBytes, 0, 0);
    }

    public static int MeasureDelete(DocumentKey key, int fieldsBytes = 0) => Operation.Measure(Encoding.UTF8.GetByteCount(key.Id), 0, 0, fieldsBytes);

    /// <summary>Adds a put, with its encoded <see cref="Fields"/>. The version in the info is not yet known and not encoded.</summary>
    public void AddPut(DocumentKey key, DocumentInfo info, bool keepsEvidence, ReadOnlySpan<byte> body, ReadOnlySpan<byte> fields = default)
    {
        int bytes = Operation.WritePut(_buffer.AsSpan(PayloadBytes), key, info, keepsEvidence, XxHash3.HashToUInt64(body), body, fields);
        Add(key, OperationKind.Put, bytes, info, keepsEvidence);
        IsDeletesOnly = false;
    }

    public void AddDelete(DocumentKey key, DateTimeOffset time, bool keepsEvidence, ReadOnlySpan<byte> fields = default)
    {
        int bytes = Operation.WriteDelete(_buffer.AsSpan(PayloadBytes), key, time, keepsEvidence, fields);
        Add(key, OperationKind.Delete, bytes, null, keepsEvidence);
    }

    /// <summary>Adds a copy of an operation, with the version that it made.</summary>
    public void AddCarried(DocumentKey key, OperationKind kind, bool keepsEvidence, ReadOnlySpan<byte> operation)
    {
        operation.CopyTo(_buffer.AsSpan(PayloadBytes));
        Operation.MarkCarried(_buffer.AsSpan(PayloadBytes, operation.Length), CarriedVersion, keepsEvidence, IsSuperseded);
        Add(key, kind, operation.Length, null, keepsEvidence);
        IsDeletesOnly = false;
    }

    /// <summary>Adds the record's own encoded <see cref="Fields"/>, behind the last operation.</summary>
    public void AddFields(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(_buffer.AsSpan(PayloadBytes));
        PayloadBytes += fields.Length;
    }

    /// <summary>Hashes what was added; nothing is added afterwards. An operation that is all of the payload has been hashed.</summary>
    public void Close() =>
        PayloadHash = _placeCount == 1 && _places[0].Bytes == PayloadBytes ? _places[0].Hash : XxHash3.HashToUInt64(Payload);

    /// <summary>The payload has been copied into its group; the buffer goes back.</summary>
    public void ReleasePayload()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        BodyBuffers.Return(buffer);
    }

    /// <summary>It has failed, and its record may survive all the same.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>It is published; see <see cref="Settled"/>.</summary>
    public void Publish() => Settle(true);

    /// <summary>It never will be published. If it is not completed yet, it will fail with this error.</summary>
    public void Fail(StoreException error)
    {
        ReleasePayload();
        IsUnknown = error is OutcomeUnknownException;
        Settle(false);
        _error ??= _isClaimed ? null : error; // a buffered write that is appended keeps its success
    }

    /// <summary>On the journal's thread: true once, for the caller that must then have <see cref="Acknowledge"/> called.</summary>
    public bool TryClaimAcknowledgement()
    {
        bool isMine = !_isClaimed;
        _isClaimed = true;
        return isMine;
    }

    /// <summary>
    /// Completes <see cref="Acknowledged"/>, and runs what awaits it. Once, on the thread pool or before anybody awaits it.
    /// Takes no memory: an exception here would end the process. So an error is thrown by whoever fetches the result.
    /// </summary>
    public void Acknowledge() => _acknowledgement.SetResult(Sequence);

    void IThreadPoolWorkItem.Execute() => Acknowledge();

    long IValueTaskSource<long>.GetResult(short token)
    {
        long sequence = _acknowledgement.GetResult(token);
        return _error is null ? sequence : throw _error;
    }

    ValueTaskSourceStatus IValueTaskSource<long>.GetStatus(short token) => _acknowledgement.GetStatus(token);

    void IValueTaskSource<long>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _acknowledgement.OnCompleted(continuation, state, token, flags);

    private void Settle(bool isPublished)
    {
        Action<bool>? settled = Settled;
        Settled = null;
        settled?.Invoke(isPublished);
    }

    private void Add(DocumentKey key, OperationKind kind, int bytes, DocumentInfo? info, bool keepsEvidence)
    {
        _places[_placeCount++] = new OperationPlace(key, kind, PayloadBytes, bytes, XxHash3.HashToUInt64(_buffer.AsSpan(PayloadBytes, bytes)), info, keepsEvidence);
        PayloadBytes += bytes;
    }
}
