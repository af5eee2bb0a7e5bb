using System.Buffers;
using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Queries;
using DocService.Index.Feeding;

namespace DocService.Api.Changes;

/// <summary>Writes a change as a JSON object.</summary>
/// <remarks>Owns: a writer. Thread: one at a time.</remarks>
/// <param name="part">What is shown of each document.</param>
/// <param name="isLine">It must hold no CR and no LF: those of a body, which only insignificant white space can hold, become spaces.</param>
internal sealed class ChangeWriter(IncludedPart part, bool isLine) : IDisposable
{
    private static readonly JsonEncodedText SequenceName = JsonEncodedText.Encode("sequence");
    private static readonly JsonEncodedText IdName = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText OpName = JsonEncodedText.Encode("op");
    private static readonly JsonEncodedText VersionName = JsonEncodedText.Encode("version");
    private static readonly JsonEncodedText ModifiedName = JsonEncodedText.Encode("modified");
    private static readonly JsonEncodedText ExpiresName = JsonEncodedText.Encode("expires");
    private static readonly JsonEncodedText TypeName = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText LengthName = JsonEncodedText.Encode("length");
    private static readonly JsonEncodedText Sha256Name = JsonEncodedText.Encode("sha256");
    private static readonly JsonEncodedText BodyName = JsonEncodedText.Encode("body");
    private static readonly JsonEncodedText RawName = JsonEncodedText.Encode("raw");
    private static readonly JsonEncodedText Put = JsonEncodedText.Encode("put");
    private static readonly JsonEncodedText Delete = JsonEncodedText.Encode("delete");
    private static readonly JsonEncodedText Gone = JsonEncodedText.Encode("gone");

    private readonly Utf8JsonWriter _writer = new(Stream.Null, EntryWriter.Options);

    public void Write(in FoundChange change, IBufferWriter<byte> output)
    {
        _writer.Reset(output);
        _writer.WriteStartObject();
        _writer.WriteNumber(SequenceName, change.Version);
        _writer.WriteString(IdName, change.Id);
        _writer.WriteString(OpName, NameOf(change.Kind));
        _writer.WriteNumber(VersionName, change.Version);
        if (part != IncludedPart.Id)
        {
            _writer.WriteString(ModifiedName, change.Modified.UtcDateTime);
            if (change.Kind == ChangeKind.Put)
            {
                WriteDocument(change);
            }
        }

        _writer.WriteEndObject();
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private static JsonEncodedText NameOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Put => Put,
        ChangeKind.Delete => Delete,
        ChangeKind.Gone => Gone,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private void WriteDocument(in FoundChange change)
    {
        if (change.Expires is { } end)
        {
            _writer.WriteString(ExpiresName, end.UtcDateTime);
        }

        _writer.WriteString(TypeName, change.ContentType);
        _writer.WriteNumber(LengthName, change.Body.Length);
        _writer.WriteString(Sha256Name, change.Sha256.ToString());
        if (part == IncludedPart.Raw)
        {
            _writer.WriteString(RawName, change.Body);
        }
        else if (part == IncludedPart.Body)
        {
            _writer.WritePropertyName(BodyName);
            _writer.WriteRawValue(isLine ? EntryWriter.InOneLine(change.Body) : change.Body, skipInputValidation: true);
        }
    }
}
