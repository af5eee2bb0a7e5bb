using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Queries;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Queries;
using DocService.Queries.Paths;

namespace DocService.Api.Answers;

/// <summary>Writes what a search finds as JSON: the entries of a page, or lines.</summary>
/// <remarks>
/// Owns: buffers, and the hash of a page. Thread: one at a time.
/// Invariant: a line holds no CR and no LF; those of a body, which only insignificant white space can hold, become spaces.
/// </remarks>
internal sealed class EntryWriter : IResultSink, IDisposable
{
    /// <summary>JSON for programs, not inside HTML: an id is its own characters.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Names that are known need not be looked through for what JSON escapes.
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText ETagName = JsonEncodedText.Encode("etag");
    private static readonly JsonEncodedText CreatedName = JsonEncodedText.Encode("created");
    private static readonly JsonEncodedText ModifiedName = JsonEncodedText.Encode("modified");
    private static readonly JsonEncodedText ExpiresName = JsonEncodedText.Encode("expires");
    private static readonly JsonEncodedText TypeName = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText LengthName = JsonEncodedText.Encode("length");
    private static readonly JsonEncodedText Sha256Name = JsonEncodedText.Encode("sha256");
    private static readonly JsonEncodedText BodyName = JsonEncodedText.Encode("body");

    private readonly QueryForm _form;
    private readonly AnswerBuffer _output;
    private readonly bool _isLines;
    private readonly long _bytesMax;
    private readonly Utf8JsonWriter _writer;
    private readonly ArrayBufferWriter<byte> _scratch = new();

    /// <param name="form">What is asked for.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="isLines">A line each; else the elements of an array.</param>
    /// <param name="bytesMax">It is full when it has written so much since it was last emptied.</param>
    public EntryWriter(QueryForm form, AnswerBuffer output, bool isLines, long bytesMax)
    {
        _form = form;
        _output = output;
        _isLines = isLines;
        _bytesMax = bytesMax;
        _writer = new Utf8JsonWriter(output, Options);
        if (!isLines)
        {
            Digest = new PageDigest();
            foreach (byte[] piece in form.Said.Pieces())
            {
                Digest.Append(piece);
            }
        }
    }

    /// <summary>For the time that selecting takes.</summary>
    public SearchLimit Limit { get; set; } = SearchLimit.None;

    public bool IsFull => _output.Length >= _bytesMax;

    /// <summary>Documents and folders.</summary>
    public long Entries { get; private set; }

    /// <summary>What ids of several documents begin with; of a page.</summary>
    public List<byte[]> Folders { get; } = [];

    /// <summary>SHA-256 of a page, so far over the query as it was said and the ids and versions of everything found; null of lines.</summary>
    public PageDigest? Digest { get; }

    /// <summary>JSON with a space in place of each CR and LF, which only insignificant white space can hold.</summary>
    public static ReadOnlySpan<byte> InOneLine(ReadOnlySpan<byte> json)
    {
        if (!json.ContainsAny((byte)'\r', (byte)'\n'))
        {
            return json;
        }

        byte[] line = json.ToArray();
        line.AsSpan().Replace((byte)'\r', (byte)' ');
        line.AsSpan().Replace((byte)'\n', (byte)' ');
        return line;
    }

    public void Document(in FoundDocument document)
    {
        Note(document.Id, document.Version);
        Separate();
        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString(IdName, document.Id);
        if (_form.Include != IncludedPart.Id)
        {
            WriteFacts(document);
        }

        if (document.Score is { } score)
        {
            _writer.WriteNumber("score", Math.Round(score, 6));
        }

        WriteBody(document.Body);
        _writer.WriteEndObject();
        _writer.Flush();
        EndLine();
        Entries++;
    }

    public void Folder(ReadOnlySpan<byte> beginning)
    {
        Note(beginning, version: 0);
        if (!_isLines)
        {
            Folders.Add(beginning.ToArray());
            return;
        }

        _writer.Reset();
        _writer.WriteStartObject();
        _writer.WriteString("prefix", beginning);
        _writer.WriteEndObject();
        _writer.Flush();
        EndLine();
        Entries++;
    }

    public void Dispose()
    {
        _writer.Dispose();
        Digest?.Dispose();
    }

    private void WriteFacts(in FoundDocument document)
    {
        IReadOnlyList<DocumentFact>? asked = _form.Select is { Facts.Count: > 0 } select ? select.Facts : null;
        bool Is(DocumentFact fact) => asked is null || asked.Contains(fact);
        if (Is(DocumentFact.Version))
        {
            _writer.WriteNumber(VersionName, document.Version);
        }

        if (asked is null)
        {
            _writer.WriteString(ETagName, $"\"{document.Version}\"");
        }

        if (Is(DocumentFact.Created))
        {
            _writer.WriteString(CreatedName, document.Created.UtcDateTime);
        }

        if (Is(DocumentFact.Modified))
        {
            _writer.WriteString(ModifiedName, document.Modified.UtcDateTime);
        }

        if (asked is null && document.Expires is { } end)
        {
            _writer.WriteString(ExpiresName, end.UtcDateTime);
        }

        if (Is(DocumentFact.Type))
        {
            _writer.WriteString(TypeName, document.ContentType);
        }

        if (Is(DocumentFact.Length))
        {
            _writer.WriteNumber(LengthName, document.Body.Length);
        }

        if (asked is null)
        {
            _writer.WriteString(Sha256Name, document.Sha256.ToString());
        }
    }

    private void WriteBody(ReadOnlySpan<byte> body)
    {
        switch (_form.Include)
        {
            case IncludedPart.Raw:
                _writer.WriteString("raw", body);
                break;
            case IncludedPart.Body when _form.Select is null:
                _writer.WritePropertyName(BodyName);
                _writer.WriteRawValue(Framed(body), skipInputValidation: true);
                break;
            case IncludedPart.Body when !_form.Select.AreFactsAlone:
                _scratch.ResetWrittenCount();
                _form.Select.Write(body, _scratch, Limit);
                _writer.WritePropertyName(BodyName);
                _writer.WriteRawValue(Framed(_scratch.WrittenSpan), skipInputValidation: true);
                break;
        }
    }

    /// <summary>As it is, where it need not stand in a line.</summary>
    private ReadOnlySpan<byte> Framed(ReadOnlySpan<byte> json) => _isLines ? InOneLine(json) : json;

    private void Note(ReadOnlySpan<byte> id, long version)
    {
        if (Digest is null)
        {
            return;
        }

        Span<byte> number = stackalloc byte[sizeof(long) + sizeof(int)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(number, version);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(number[sizeof(long)..], id.Length);
        Digest.Append(number);
        Digest.Append(id);
    }

    private void Separate()
    {
        if (!_isLines && Entries > 0)
        {
            _output.Write(","u8);
        }
    }

    private void EndLine()
    {
        if (_isLines)
        {
            _output.Write("\n"u8);
        }
    }
}
