using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace DocService.Storage.Model;

/// <summary>
/// A validated document id: 1 to <see cref="BytesMax"/> bytes of UTF-8, no control characters (U+0000 to U+001F,
/// U+007F), no segment <c>.</c> or <c>..</c> between slashes. The one gate from a client's text to the engine;
/// everything below it takes keys and checks nothing again.
/// </summary>
/// <remarks>
/// Two ids are the same document only when their bytes are the same: no case folding, no Unicode normalisation.
/// A hidden document has an id that begins with U+0000, which no client can name: definitions, keys and what else the service
/// keeps for itself. It is durable, versioned and conditional like any other, and no listing shows it.
/// </remarks>
public readonly struct DocumentKey : IEquatable<DocumentKey>
{
    /// <summary>Longest id in bytes of UTF-8. Room for a path-like name, and small enough to be in every record.</summary>
    public const int BytesMax = 1024;

    /// <summary>First character of a hidden document's id. No client's id holds a control character.</summary>
    public const char HiddenMark = '\0';

    private readonly string? _id;

    private DocumentKey(string id, ReadOnlySpan<byte> utf8)
    {
        _id = id;
        Digest = Sha256Digest.Of(utf8);
    }

    /// <summary>The id as the client wrote it. Valid UTF-16, so its UTF-8 form is unique.</summary>
    public string Id => _id ?? throw new InvalidOperationException("A default DocumentKey names no document.");

    /// <summary>SHA-256 of the id's bytes: stands for the document in all tables, and names its directory. No two ids can be made to share one.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>Whether it names a hidden document.</summary>
    public bool IsHidden => Id[0] == HiddenMark;

    public static bool operator ==(DocumentKey left, DocumentKey right) => left.Equals(right);

    public static bool operator !=(DocumentKey left, DocumentKey right) => !left.Equals(right);

    /// <summary>Validates UTF-8 bytes. On false, <paramref name="error"/> names the first offending byte.</summary>
    public static bool TryCreate(ReadOnlySpan<byte> utf8, out DocumentKey key, [NotNullWhen(false)] out InvalidId? error)
    {
        key = default;
        error = Validate(utf8);
        if (error is not null)
        {
            return false;
        }

        key = new DocumentKey(Encoding.UTF8.GetString(utf8), utf8);
        return true;
    }

    /// <summary>Validates text; lone surrogates are refused. On false, <paramref name="error"/> names the first offending byte of the UTF-8 form.</summary>
    public static bool TryCreate(string id, out DocumentKey key, [NotNullWhen(false)] out InvalidId? error)
    {
        ArgumentNullException.ThrowIfNull(id);
        key = default;

        // Longer text cannot fit (one to three bytes per char), and must not be encoded to find out.
        if (id.Length > BytesMax)
        {
            error = TooLong();
            return false;
        }

        Span<byte> utf8 = stackalloc byte[BytesMax * 3];
        var status = Utf8.FromUtf16(id, utf8, out _, out int written, replaceInvalidSequences: false);
        if (status != System.Buffers.OperationStatus.Done)
        {
            error = new InvalidId("the id holds a lone surrogate, which has no UTF-8 form", written);
            return false;
        }

        error = Validate(utf8[..written]);
        if (error is not null)
        {
            return false;
        }

        key = new DocumentKey(id, utf8[..written]);
        return true;
    }

    /// <summary>The key of an id that is known to be valid.</summary>
    /// <exception cref="ArgumentException">It is not valid.</exception>
    public static DocumentKey Create(string id) =>
        TryCreate(id, out DocumentKey key, out InvalidId? error) ? key : throw new ArgumentException(error.Reason, nameof(id));

    /// <summary>The key of a hidden document; the name obeys the rules of an id, and the mark counts to its length.</summary>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static DocumentKey CreateHidden(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryCreateStored(Encoding.UTF8.GetBytes(HiddenMark + name), out DocumentKey key, out InvalidId? error) && key.IsHidden
            ? key
            : throw new ArgumentException(error?.Reason ?? "the name is empty", nameof(name));
    }

    /// <summary>As <see cref="TryCreate(ReadOnlySpan{byte}, out DocumentKey, out InvalidId?)"/>, for an id read from disk, which may be a hidden document's.</summary>
    public static bool TryCreateStored(ReadOnlySpan<byte> utf8, out DocumentKey key, [NotNullWhen(false)] out InvalidId? error)
    {
        if (utf8 is not [(byte)HiddenMark, .. var name])
        {
            return TryCreate(utf8, out key, out error);
        }

        key = default;
        error = utf8.Length > BytesMax ? TooLong() : Validate(name);
        if (error is not null)
        {
            return false;
        }

        key = new DocumentKey(Encoding.UTF8.GetString(utf8), utf8);
        return true;
    }

    public bool Equals(DocumentKey other) => string.Equals(_id, other._id, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is DocumentKey other && Equals(other);

    public override int GetHashCode() => Digest.GetHashCode();

    public override string ToString() => _id ?? string.Empty;

    private static InvalidId? Validate(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
        {
            return new InvalidId("the id is empty", 0);
        }

        if (utf8.Length > BytesMax)
        {
            return TooLong();
        }

        if (!Utf8.IsValid(utf8))
        {
            return new InvalidId("the id is not valid UTF-8", FirstInvalidByte(utf8));
        }

        int control = utf8.IndexOfAnyInRange((byte)0x00, (byte)0x1F);
        int delete = utf8.IndexOf((byte)0x7F);
        if (control >= 0 || delete >= 0)
        {
            int at = control >= 0 && (delete < 0 || control < delete) ? control : delete;
            return new InvalidId($"the id holds the control character U+{utf8[at]:X4}", at);
        }

        return ValidateSegments(utf8);
    }

    private static InvalidId? ValidateSegments(ReadOnlySpan<byte> utf8)
    {
        foreach (Range range in utf8.Split((byte)'/'))
        {
            ReadOnlySpan<byte> segment = utf8[range];
            if (segment.SequenceEqual("."u8) || segment.SequenceEqual(".."u8))
            {
                return new InvalidId("the id holds the segment '.' or '..'", range.Start.Value);
            }
        }

        return null;
    }

    private static int FirstInvalidByte(ReadOnlySpan<byte> utf8)
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(utf8[position..], out _, out int consumed) == System.Buffers.OperationStatus.Done)
        {
            position += consumed;
        }

        return position;
    }

    private static InvalidId TooLong() => new($"the id is longer than {BytesMax} bytes of UTF-8", BytesMax);
}
