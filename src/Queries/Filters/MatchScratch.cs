using System.Buffers;
using System.Text;
using System.Text.Json;
using DocService.Queries.Keys;

namespace DocService.Queries.Filters;

/// <summary>Owns: the buffers of one matcher. Thread: the matcher's.</summary>
internal sealed class MatchScratch
{
    private readonly KeyEncoder _encoder = new();
    private readonly KeyWriter _key = new();
    private readonly ArrayBufferWriter<char> _characters = new();

    /// <summary>Of the document under way.</summary>
    public SearchLimit Limit { get; set; } = SearchLimit.None;

    /// <summary>The whole value at a copy of the reader, encoded; valid until the next call.</summary>
    public ReadOnlySpan<byte> Encode(Utf8JsonReader reader)
    {
        _key.Clear();
        _encoder.Write(_key, ref reader);
        return _key.Written;
    }

    /// <summary>The string at the reader without escapes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Text(ref Utf8JsonReader reader) => _encoder.Text(ref reader);

    /// <summary>The same as characters.</summary>
    public ReadOnlySpan<char> Characters(ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> text = Text(ref reader);
        _characters.ResetWrittenCount();
        _characters.Advance(Encoding.UTF8.GetChars(text, _characters.GetSpan(text.Length)));
        return _characters.WrittenSpan;
    }
}
