using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace DocService.Storage.Documents;

/// <summary>
/// Codec of the header line of a document file; docs/on-disk-format.md describes it to the byte and must match.
/// Takes spans and does no I/O.
/// </summary>
internal static class DocumentHeader
{
    /// <summary>Version of the line's format, its first member.</summary>
    public const int Format = 1;

    /// <summary>
    /// Longest header line, newline included: an id of 1,024 and a type of 255 bytes, each doubled by escapes at
    /// worst, and below 500 bytes of everything else. A reader looks no further for the newline.
    /// </summary>
    public const int BytesMax = 4096;

    private static ReadOnlySpan<byte> ChecksumMember => "header"u8;

    /// <summary>Writes the line; returns its length.</summary>
    public static int Write(Span<byte> destination, DocumentKey key, DocumentInfo info, ulong bodyHash)
    {
        Span<byte> text = stackalloc byte[DocumentKey.BytesMax];
        var line = new LineWriter(destination, 0);
        line.Raw("{\"docservice\":"u8);
        line.Number(Format);
        if (info.Expires is not null)
        {
            line.Raw(",\"must\":[\"expires\"]"u8); // whoever skipped it would serve a document that is no more
        }

        line.Raw(",\"id\":"u8);
        line.Text(text[..Encoding.UTF8.GetBytes(key.Id, text)]);
        line.Raw(",\"version\":"u8);
        line.Number(info.Version);
        line.Raw(",\"type\":"u8);
        line.Text(text[..Encoding.ASCII.GetBytes(info.ContentType, text)]);
        line.Raw(",\"created\":\""u8);
        line.Time(info.Created);
        line.Raw("\",\"modified\":\""u8);
        line.Time(info.Modified);
        if (info.Expires is { } expires)
        {
            line.Raw("\",\"expires\":\""u8);
            line.Time(expires);
        }

        line.Raw("\""u8);
        if (info.Keep > 0)
        {
            line.Raw(",\"keep\":"u8);
            line.Number(info.Keep);
        }

        line.Raw(",\"length\":"u8);
        line.Number(info.Length);
        line.Raw(",\"sha256\":\""u8);
        line.Hex(info.Sha256);
        line.Raw("\",\"xxh3\":\""u8);
        line.Hex(bodyHash);
        line.Raw("\""u8);
        return ChecksummedLine.Finish(destination, line.Length, ChecksumMember);
    }

    /// <summary>
    /// Reads the header at the start of a file's bytes. Its checksum and every member are checked, and the id must be
    /// the key's. On failure <paramref name="reason"/> says what is wrong.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> file, DocumentKey key, out ParsedHeader header, out string reason)
    {
        header = default;
        int newline = file[..Math.Min(file.Length, BytesMax)].IndexOf((byte)'\n');
        if (newline < 0)
        {
            reason = "the header line has no end";
            return false;
        }

        ReadOnlySpan<byte> line = file[..(newline + 1)];
        if (!ChecksummedLine.IsIntact(line, ChecksumMember))
        {
            reason = "the header's checksum does not match";
            return false;
        }

        try
        {
            return TryReadMembers(line, key, out header, out reason);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // A matching checksum over a line that is no header: written by something else.
            reason = "the header is not of a known form";
            return false;
        }
    }

    /// <summary>Id and version in an intact header, whichever document it names; false when it is not intact or lacks one.</summary>
    public static bool TryReadIdentity(ReadOnlySpan<byte> file, [NotNullWhen(true)] out string? id, out long version)
    {
        id = null;
        version = 0;
        int newline = file.IndexOf((byte)'\n');
        if (newline < 0 || !ChecksummedLine.IsIntact(file[..(newline + 1)], ChecksumMember))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(file[..newline]);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement line = document.RootElement;
            id = line.TryGetProperty("id"u8, out JsonElement name) ? name.GetString() : null;
            return line.TryGetProperty("version"u8, out JsonElement number) && number.TryGetInt64(out version) && id is not null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false; // a matching checksum over a line that is no header
        }
    }

    private static bool TryReadMembers(ReadOnlySpan<byte> line, DocumentKey key, out ParsedHeader header, out string reason)
    {
        var members = new HeaderMembers();
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            members.Take(ref reader, key);
        }

        header = default;
        if (members.Format != Format)
        {
            reason = $"the header has format {members.Format}, this version knows {Format}";
            return false;
        }

        if (members.NotUnderstood is { } member)
        {
            reason = $"the header has a member \"{member}\" that must be understood: written by a later version";
            return false;
        }

        if (!members.IdMatches)
        {
            reason = "the header names another document";
            return false;
        }

        if (!members.TryBuild(out DocumentInfo? info))
        {
            reason = "the header lacks a member or holds an impossible value";
            return false;
        }

        header = new ParsedHeader(info, members.BodyHash, line.Length);
        reason = string.Empty;
        return true;
    }
}
