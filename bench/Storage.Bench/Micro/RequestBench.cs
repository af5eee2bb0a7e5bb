using System.Text;
using BenchmarkDotNet.Attributes;
using DocService.Api.Json;
using DocService.Storage.Bench.Support;
using DocService.Storage.Documents;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Micro;

/// <summary>What each PUT does before the journal: check the JSON, hash the body, make the key and the file's name.</summary>
public class RequestBench
{
    private const int DepthMax = 128; // the server's default
    private const int ManyMembers = 40;

    private readonly byte[] _id = "users/0000042"u8.ToArray();
    private readonly DocumentKey _key = DocumentKey.Create("users/0000042");
    private readonly DocumentKey _longKey = DocumentKey.Create(new string('Ä', 300));
    private readonly byte[] _text = new Samples(1024)[0].Body.ToArray();
    private readonly byte[] _members = Encoding.UTF8.GetBytes(
        $"{{{string.Join(',', Enumerable.Range(0, ManyMembers).Select(index => $"\"member{index:d2}\":[{index},true,null]"))}}}");

    /// <summary>1 KiB, most of it one string.</summary>
    [Benchmark]
    public bool CheckJsonText() => StrictJson.Check(_text, DepthMax) is null;

    /// <summary>About 1 KiB of forty members with small arrays.</summary>
    [Benchmark]
    public bool CheckJsonMembers() => StrictJson.Check(_members, DepthMax) is null;

    [Benchmark]
    public Sha256Digest HashBody() => Sha256Digest.Of(_text);

    [Benchmark]
    public bool MakeKey() => DocumentKey.TryCreate(_id, out _, out _);

    [Benchmark]
    public string PathOfShortId() => DocumentPath.Of(_key).Name;

    [Benchmark]
    public string PathOfLongId() => DocumentPath.Of(_longKey).Name;
}
