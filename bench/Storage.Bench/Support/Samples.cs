using System.Text;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Support;

/// <summary>The documents of every measurement: JSON objects of an exact length, a pool of different ones, the same in every run.</summary>
internal sealed class Samples
{
    private const int Different = 64;
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789";

    private readonly DocumentContent[] _contents;

    public Samples(int bodyBytes)
    {
        BodyBytes = bodyBytes;
        var random = new Random(1);
        _contents = [.. Enumerable.Range(0, Different).Select(index => Make(random, index, bodyBytes))];
    }

    public int BodyBytes { get; }

    public DocumentContent this[long index] => _contents[index % Different];

    /// <summary>A document of its own bytes: engine and HTTP callers hash each body they take, so a measurement of writes does too.</summary>
    public DocumentContent Hashed(long index)
    {
        ReadOnlyMemory<byte> body = this[index].Body;
        return this[index] with { Sha256 = Sha256Digest.Of(body.Span) };
    }

    private static DocumentContent Make(Random random, int index, int bodyBytes)
    {
        var text = new StringBuilder($$"""{"kind":"sample","number":{{index}},"active":true,"ratio":0.{{random.Next(1, 1000)}},"tags":["a","b","c"],"text":" """.TrimEnd());
        int padding = bodyBytes - text.Length - 2;
        ArgumentOutOfRangeException.ThrowIfNegative(padding, nameof(bodyBytes));
        for (int position = 0; position < padding; position++)
        {
            text.Append(Letters[random.Next(Letters.Length)]);
        }

        text.Append("\"}");
        byte[] body = Encoding.ASCII.GetBytes(text.ToString());
        return new DocumentContent(body, "application/json", Sha256Digest.Of(body));
    }
}
