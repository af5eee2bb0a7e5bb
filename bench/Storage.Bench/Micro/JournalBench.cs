using System.IO.Hashing;
using BenchmarkDotNet.Attributes;
using DocService.Storage.Bench.Support;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Micro;

/// <summary>The record codec: encoded by the caller, copied into its group by the journal's thread, decoded by filing and by reads.</summary>
public class JournalBench
{
    private const ulong Salt = 0x1234_5678_9abc_def0;

    private readonly DocumentKey _key = DocumentKey.Create("users/0000042");
    private readonly GroupBuffer _group = new();
    private readonly byte[] _header = new byte[RecordHeader.Bytes];
    private DocumentContent _content;
    private DocumentInfo _info = null!;
    private RecordHeader _record;
    private byte[] _payload = [];

    [Params(128, 1024, 16384)]
    public int BodyBytes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _content = new Samples(BodyBytes)[0];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _info = new DocumentInfo { Version = 0, ContentType = _content.ContentType, Created = now, Modified = now, Length = BodyBytes, Sha256 = _content.Sha256 };
        Commit commit = Make();
        _payload = commit.Payload.ToArray();
        _record = new RecordHeader
        {
            Type = RecordType.Commit,
            PayloadBytes = commit.PayloadBytes,
            Operations = 1,
            Sequence = 88213,
            DurableThrough = 88200,
            FiledThrough = 88000,
            PayloadHash = commit.PayloadHash,
        };
        _record.Write(_header, Salt);
        commit.ReleasePayload();
    }

    /// <summary>What the caller does: one put, hashed.</summary>
    [Benchmark]
    public ulong EncodeCommit()
    {
        Commit commit = Make();
        ulong hash = commit.PayloadHash;
        commit.ReleasePayload();
        return hash;
    }

    /// <summary>What the journal's thread does for a group of 64 commits.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public long AddToGroup()
    {
        _group.Start(null!, 0); // what fits the buffer is not written before the group is finished
        long offset = 0;
        for (int index = 0; index < 64; index++)
        {
            offset = _group.Add(_record, _payload, Salt);
        }

        return offset;
    }

    [Benchmark]
    public long ReadRecordHeader() => RecordHeader.TryRead(_header, Salt, JournalFormat.SegmentBytesMax)!.Value.Sequence;

    [Benchmark]
    public bool ReadOperation() => Operation.TryRead(_payload, out Operation operation, out _) && operation.IsBodyIntact();

    [Benchmark]
    public ulong HashBody() => XxHash3.HashToUInt64(_content.Body.Span);

    private Commit Make()
    {
        var commit = new Commit(Commit.MeasurePut(_key, _info, BodyBytes), 1);
        commit.AddPut(_key, _info, keepsEvidence: false, _content.Body.Span);
        commit.Close();
        return commit;
    }
}
