using System.IO.Hashing;
using BenchmarkDotNet.Attributes;
using DocService.Storage.Bench.Support;
using DocService.Storage.Documents;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Micro;

/// <summary>The header line of a document file: written once for each filed document, read for each GET of one.</summary>
public class DocumentHeaderBench
{
    private readonly byte[] _written = new byte[DocumentHeader.BytesMax];
    private readonly byte[] _line;
    private readonly DocumentKey _key = DocumentKey.Create("users/0000042");
    private readonly DocumentInfo _info;
    private readonly ulong _hash;

    public DocumentHeaderBench()
    {
        DocumentContent content = new Samples(1024)[0];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _hash = XxHash3.HashToUInt64(content.Body.Span);
        _info = new DocumentInfo { Version = 88213, ContentType = content.ContentType, Created = now, Modified = now, Length = content.Body.Length, Sha256 = content.Sha256 };
        _line = _written[..DocumentHeader.Write(_written, _key, _info, _hash)];
    }

    [Benchmark]
    public int Write() => DocumentHeader.Write(_written, _key, _info, _hash);

    [Benchmark]
    public bool Read() => DocumentHeader.TryRead(_line, _key, out _, out _);
}
