using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DocService.Storage.Documents;

/// <summary>Collects the members of a header line. Unknown members are skipped, unless the line says that they must be understood.</summary>
internal ref struct HeaderMembers
{
    private long _version;
    private string? _type;
    private DateTimeOffset? _created;
    private DateTimeOffset? _modified;
    private DateTimeOffset? _expires;
    private bool _mustExpire;
    private ushort _keep;
    private long _length = -1;
    private Sha256Digest? _sha256;
    private bool _hasBodyHash;

    public HeaderMembers()
    {
    }

    public int Format { get; private set; }

    public bool IdMatches { get; private set; }

    public ulong BodyHash { get; private set; }

    /// <summary>A member that a reader must understand and this one does not know; null when there is none.</summary>
    public string? NotUnderstood { get; private set; }

    /// <summary>Takes the member whose name the reader has just read.</summary>
    public void Take(ref Utf8JsonReader reader, DocumentKey key)
    {
        ReadOnlySpan<byte> name = reader.ValueSpan;
        reader.Read();
        if (name.SequenceEqual("docservice"u8))
        {
            Format = reader.GetInt32();
        }
        else if (name.SequenceEqual("must"u8))
        {
            TakeMust(ref reader);
        }
        else if (name.SequenceEqual("id"u8))
        {
            IdMatches = reader.ValueTextEquals(key.Id);
        }
        else if (name.SequenceEqual("version"u8))
        {
            _version = reader.GetInt64();
        }
        else if (name.SequenceEqual("type"u8))
        {
            // Nearly every document has this one; no string is made for it.
            _type = reader.ValueTextEquals("application/json"u8) ? "application/json" : reader.GetString();
        }
        else if (name.SequenceEqual("created"u8))
        {
            _created = reader.GetDateTimeOffset();
        }
        else if (name.SequenceEqual("modified"u8))
        {
            _modified = reader.GetDateTimeOffset();
        }
        else if (name.SequenceEqual("expires"u8))
        {
            _expires = reader.GetDateTimeOffset();
        }
        else if (name.SequenceEqual("keep"u8))
        {
            _keep = reader.GetUInt16();
        }
        else if (name.SequenceEqual("length"u8))
        {
            _length = reader.GetInt64();
        }
        else if (name.SequenceEqual("sha256"u8))
        {
            _sha256 = ParseDigest(reader.ValueSpan);
        }
        else if (name.SequenceEqual("xxh3"u8))
        {
            _hasBodyHash = ChecksummedLine.TryParseHash(reader.ValueSpan, out ulong hash);
            BodyHash = hash;
        }
        else
        {
            reader.Skip();
        }
    }

    /// <summary>False when a member is missing or out of range.</summary>
    public readonly bool TryBuild([NotNullWhen(true)] out DocumentInfo? info)
    {
        info = null;
        if (_version <= 0 || _type is null || _created is not { } created || _modified is not { } modified
            || (_mustExpire && _expires is null) || _length < 0 || _sha256 is not { } sha256 || !_hasBodyHash)
        {
            return false;
        }

        info = new DocumentInfo
        {
            Version = _version,
            ContentType = _type,
            Created = created,
            Modified = modified,
            Expires = _expires,
            Keep = _keep,
            Length = _length,
            Sha256 = sha256,
        };
        return true;
    }

    /// <summary>One member that changes what a document means is known: its end.</summary>
    private void TakeMust(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string member = reader.GetString() ?? "null";
            _mustExpire |= member == "expires";
            NotUnderstood ??= member == "expires" ? null : member;
        }
    }

    private static Sha256Digest? ParseDigest(ReadOnlySpan<byte> hex)
    {
        Span<byte> value = stackalloc byte[Sha256Digest.Bytes];
        return Convert.FromHexString(hex, value, out _, out int written) == System.Buffers.OperationStatus.Done && written == value.Length
            ? new Sha256Digest(value)
            : null;
    }
}
