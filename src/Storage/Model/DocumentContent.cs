namespace DocService.Storage.Model;

/// <summary>What a put stores. The memory must stay unchanged until the put's task has completed.</summary>
/// <param name="Body">The bytes, stored as they are; the caller has checked that they are one JSON value.</param>
/// <param name="ContentType">Media type, 1 to <see cref="ContentTypeLengthMax"/> printable ASCII characters.</param>
/// <param name="Sha256">SHA-256 of <paramref name="Body"/>, computed by the caller while it read it.</param>
public readonly record struct DocumentContent(ReadOnlyMemory<byte> Body, string ContentType, Sha256Digest Sha256)
{
    /// <summary>Longest media type in characters: real ones are below 130 (RFC 6838 4.2), parameters included this leaves room.</summary>
    public const int ContentTypeLengthMax = 255;

    /// <exception cref="ArgumentException">A header line cannot hold the media type.</exception>
    public void Validate()
    {
        if (ContentType is not { Length: >= 1 and <= ContentTypeLengthMax } || ContentType.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"The media type must be 1 to {ContentTypeLengthMax} printable ASCII characters.", nameof(ContentType));
        }
    }
}
