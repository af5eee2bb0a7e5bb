using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Feeding;

/// <summary>The newest change of a document, as it is in the index; valid until the reading goes on.</summary>
public readonly ref struct FoundChange
{
    private readonly DocumentHead _head;

    internal FoundChange(ChangeKind kind, ReadOnlySpan<byte> id, long version, DateTimeOffset modified)
    {
        Kind = kind;
        Id = id;
        Version = version;
        Modified = modified;
    }

    internal FoundChange(ReadOnlySpan<byte> id, in DocumentHead head, ReadOnlySpan<byte> body)
        : this(ChangeKind.Put, id, head.Version, head.Modified)
    {
        _head = head;
        Body = body;
    }

    public ChangeKind Kind { get; }

    /// <summary>In UTF-8.</summary>
    public ReadOnlySpan<byte> Id { get; }

    /// <summary>The sequence of the commit, and so of the document that it wrote.</summary>
    public long Version { get; }

    /// <summary>When it was written; of a delete when the index read it.</summary>
    public DateTimeOffset Modified { get; }

    /// <summary>The bytes that the client stored; of a put alone.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>From then on the document is absent; null: it has no end. Of a put alone.</summary>
    public DateTimeOffset? Expires => _head.Expires;

    /// <summary>The media type that the body came with; of a put alone.</summary>
    public string ContentType => _head.ContentType;

    /// <summary>Of the body; of a put alone.</summary>
    public Sha256Digest Sha256 => _head.Sha256;
}
