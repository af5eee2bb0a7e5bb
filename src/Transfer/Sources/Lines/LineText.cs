using System.Buffers;
using System.Text;

namespace DocService.Transfer.Sources.Lines;

/// <summary>Writes documents as lines of an import. Bytes of ids and bodies are copied, never read and written anew: numbers keep their digits.</summary>
/// <remarks>Owns: the line written last. Thread: one at a time.</remarks>
internal sealed class LineText(string prefix)
{
    private readonly byte[] _prefix = Escape(prefix);
    private readonly ArrayBufferWriter<byte> _line = new();

    /// <summary>Whether ids get something put before them.</summary>
    public bool HasPrefix => _prefix.Length > 0;

    /// <summary>A document whose body is one JSON value, known to be that.</summary>
    /// <param name="id">As it stands between the quotes of a JSON string.</param>
    /// <param name="json">The value.</param>
    public ReadOnlyMemory<byte> OfValue(ReadOnlySpan<byte> id, ReadOnlySpan<byte> json)
    {
        if (json.ContainsAny((byte)'\r', (byte)'\n'))
        {
            return OfText(id, json); // a line break in it would end the line
        }

        Begin(id);
        _line.Write(",\"body\":"u8);
        _line.Write(json);
        _line.Write("}"u8);
        return _line.WrittenMemory;
    }

    /// <summary>A document whose body is a text that may be JSON or not: the server judges it.</summary>
    /// <param name="id">As it stands between the quotes of a JSON string.</param>
    /// <param name="text">Every byte of the document.</param>
    public ReadOnlyMemory<byte> OfText(ReadOnlySpan<byte> id, ReadOnlySpan<byte> text)
    {
        Begin(id);
        _line.Write(",\"raw\":\""u8);
        Escape(text, _line);
        _line.Write("\"}"u8);
        return _line.WrittenMemory;
    }

    /// <summary>A line whose id gets the prefix put before it.</summary>
    /// <param name="line">It is an import's already.</param>
    /// <param name="idStart">Where the id begins, behind its quote.</param>
    public ReadOnlyMemory<byte> WithPrefix(ReadOnlySpan<byte> line, int idStart)
    {
        _line.ResetWrittenCount();
        _line.Write(line[..idStart]);
        _line.Write(_prefix);
        _line.Write(line[idStart..]);
        return _line.WrittenMemory;
    }

    /// <summary>A text as it stands between the quotes of a JSON string.</summary>
    public static byte[] Escape(string text)
    {
        var escaped = new ArrayBufferWriter<byte>();
        Escape(Encoding.UTF8.GetBytes(text), escaped);
        return escaped.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Escapes what must be, and nothing else: the text gets at most twice as long where it is JSON, and bytes that are no UTF-8
    /// stay as they are, so that the server refuses them.
    /// </summary>
    private static void Escape(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> target)
    {
        while (true)
        {
            int plain = IndexOfEscaped(text);
            target.Write(plain < 0 ? text : text[..plain]);
            if (plain < 0)
            {
                return;
            }

            byte escaped = text[plain];
            switch (escaped)
            {
                case (byte)'"' or (byte)'\\':
                    target.Write([(byte)'\\', escaped]);
                    break;
                case (byte)'\n':
                    target.Write("\\n"u8);
                    break;
                case (byte)'\r':
                    target.Write("\\r"u8);
                    break;
                case (byte)'\t':
                    target.Write("\\t"u8);
                    break;
                default:
                    target.Write(Encoding.ASCII.GetBytes($"\\u{escaped:x4}"));
                    break;
            }

            text = text[(plain + 1)..];
        }
    }

    private static int IndexOfEscaped(ReadOnlySpan<byte> text) => text.IndexOfAny(Escaped);

    private static readonly SearchValues<byte> Escaped =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(static control => (byte)control), (byte)'"', (byte)'\\']);

    private void Begin(ReadOnlySpan<byte> id)
    {
        _line.ResetWrittenCount();
        _line.Write("{\"id\":\""u8);
        _line.Write(_prefix);
        _line.Write(id);
        _line.Write("\""u8);
    }
}
