using System.Text.Json;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing.Lines;

/// <summary>One line of an import: a document, nothing, or what cannot be taken.</summary>
/// <remarks>What an export adds to its lines is passed over, but for the media type and, with <c>raw</c>, the digest.</remarks>
internal readonly struct ImportLine
{
    private const string UsualType = "application/json";

    /// <summary>The line's own object around the body.</summary>
    private const int DepthAround = 1;

    private static readonly string[] Passed = ["version", "etag", "created", "modified", "length", "score"];

    private ImportLine(PutOperation? document, Problem? refusal, string? id)
    {
        Document = document;
        Refusal = refusal;
        Id = id;
    }

    /// <summary>Null, and <see cref="Refusal"/> too, for a line that says nothing: it is empty, or the last one of an export.</summary>
    public PutOperation? Document { get; }

    public Problem? Refusal { get; }

    /// <summary>Of a refused line, where it has one.</summary>
    public string? Id { get; }

    /// <param name="text">Without its line break; the document's body is a part of it.</param>
    /// <param name="conditions">Of the write.</param>
    /// <param name="options">Limits.</param>
    /// <param name="budget">Where the check of much JSON is charged.</param>
    /// <exception cref="StoreBusyException">The budget has no room for that check now.</exception>
    public static ImportLine Parse(ImportText text, Conditions conditions, DocServiceOptions options, ByteBudget budget)
    {
        ReadOnlyMemory<byte> line = text.Bytes;
        if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            return default;
        }

        if (StrictJson.Check(line.Span, options.MaxDepth + DepthAround, budget) is { } error)
        {
            return Refuse(ProblemCatalogue.Json(error with { Line = 1 }));
        }

        var members = new Members();
        return members.Read(text) is { } wrong ? Refuse(ProblemCatalogue.Invalid(wrong), members.Id)
            : members.IsLast ? default
            : Make(members, conditions, options, budget);
    }

    private static ImportLine Make(Members members, Conditions conditions, DocServiceOptions options, ByteBudget budget)
    {
        if (members.Id is not { } id)
        {
            return Refuse(ProblemCatalogue.Invalid("'id' is missing."));
        }

        if (!DocumentKey.TryCreate(id, out DocumentKey key, out InvalidId? invalid))
        {
            return Refuse(ProblemCatalogue.Id(invalid), id);
        }

        if (members.Body is not { } body)
        {
            return Refuse(ProblemCatalogue.Invalid("The document is missing: 'body' is its JSON, or 'raw' a string that holds it."), id);
        }

        if (body.Length > options.MaxDocumentBytes)
        {
            return Refuse(ProblemCatalogue.TooLarge(options.MaxDocumentBytes), id);
        }

        if (members.IsRaw && StrictJson.Check(body.Span, options.MaxDepth, budget) is { } error)
        {
            return Refuse(ProblemCatalogue.Json(error), id);
        }

        string type = (members.Type ?? UsualType).Replace('\t', ' ');
        if (BodyFields.CheckType(type) is { } badType)
        {
            return Refuse(badType, id);
        }

        Sha256Digest digest = Sha256Digest.Of(body.Span);
        return members.IsRaw && members.Sha256 is { } stated && !stated.Equals(digest.ToString(), StringComparison.OrdinalIgnoreCase)
            ? Refuse(new Problem(ProblemCatalogue.DigestMismatch, "'raw' does not have the SHA-256 that 'sha256' states."), id)
            : new ImportLine(new PutOperation(key, new DocumentContent(body, type, digest), conditions), refusal: null, id);
    }

    private static ImportLine Refuse(Problem problem, string? id = null) => new(document: null, problem, id);

    private struct Members
    {
        private const int EscapedBytesOfAByte = 6; // \u0041

        public string? Id { get; private set; }

        public ReadOnlyMemory<byte>? Body { get; private set; }

        public bool IsRaw { get; private set; }

        public string? Type { get; private set; }

        public string? Sha256 { get; private set; }

        /// <summary>The line that an export ends with: it is no document.</summary>
        public bool IsLast { get; private set; }

        /// <summary>Null when read, else a sentence on what is wrong.</summary>
        public string? Read(ImportText text)
        {
            var reader = new Utf8JsonReader(text.Bytes.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return "A line must be an object with 'id' and 'body'.";
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (Take(text, ref reader) is { } wrong)
                {
                    return wrong;
                }
            }

            return null;
        }

        private string? Take(ImportText text, ref Utf8JsonReader reader)
        {
            if (reader.ValueTextEquals("body"u8) || reader.ValueTextEquals("raw"u8))
            {
                return TakeBody(text, ref reader, reader.ValueTextEquals("raw"u8));
            }

            if (reader.ValueTextEquals("id"u8))
            {
                string? fault = TakeText(ref reader, "id", DocumentKey.BytesMax, out string? id);
                Id = id;
                return fault;
            }

            if (reader.ValueTextEquals("type"u8))
            {
                string? fault = TakeText(ref reader, "type", DocumentContent.ContentTypeLengthMax, out string? type);
                Type = type;
                return fault;
            }

            if (reader.ValueTextEquals("sha256"u8))
            {
                string? fault = TakeText(ref reader, "sha256", Sha256Digest.Bytes * 2, out string? sha256);
                Sha256 = sha256;
                return fault;
            }

            if (reader.ValueTextEquals("error"u8))
            {
                return "The export that wrote this file ended with an error, so documents are missing behind this line.";
            }

            if (reader.ValueTextEquals("asOf"u8))
            {
                IsLast = true;
            }
            else if (!IsLast && !IsPassed(ref reader))
            {
                return $"'{Excerpt.Of(reader.ValueSpan)}' is not a member of a line. Known are id, body, raw, type and what an export writes.";
            }

            reader.Read();
            reader.Skip();
            return null;
        }

        private string? TakeBody(ImportText text, ref Utf8JsonReader reader, bool isRaw)
        {
            if (Body is not null)
            {
                return "A line has 'body' or 'raw', not both.";
            }

            reader.Read();
            IsRaw = isRaw;
            if (isRaw)
            {
                if (reader.TokenType != JsonTokenType.String)
                {
                    return "'raw' must be a string that holds the document.";
                }

                Body = text.Unescape(ref reader);
                return null;
            }

            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            Body = text.Bytes[start..(int)reader.BytesConsumed];
            return null;
        }

        private static bool IsPassed(ref Utf8JsonReader reader)
        {
            foreach (string name in Passed)
            {
                if (reader.ValueTextEquals(name))
                {
                    return true;
                }
            }

            return false;
        }

        private static string? TakeText(ref Utf8JsonReader reader, string name, int bytesMax, out string? text)
        {
            text = null;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                return $"'{name}' must be a string.";
            }

            if (reader.ValueSpan.Length > bytesMax * EscapedBytesOfAByte)
            {
                return $"'{name}' is too long.";
            }

            text = reader.GetString();
            return null;
        }
    }
}
