using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Finding;

/// <summary>A document that a search stands at, as it is in the index; valid until the search moves.</summary>
public readonly ref struct FoundDocument
{
    private readonly DocumentHead _head;

    internal FoundDocument(ReadOnlySpan<byte> id, in DocumentHead head, ReadOnlySpan<byte> body)
    {
        Id = id;
        _head = head;
        Body = body;
    }

    /// <summary>How well it fits a search for words; null where the order is another.</summary>
    public double? Score { get; init; }

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>The bytes that the client stored; not verified where the search does not ask for that.</summary>
    public ReadOnlySpan<byte> Body { get; }

    public long Version => _head.Version;

    public DateTimeOffset Created => _head.Created;

    public DateTimeOffset Modified => _head.Modified;

    /// <summary>From then on the document is absent; null: it has no end.</summary>
    public DateTimeOffset? Expires => _head.Expires;

    /// <summary>The media type that the body came with.</summary>
    public string ContentType => _head.ContentType;

    public Sha256Digest Sha256 => _head.Sha256;
}
