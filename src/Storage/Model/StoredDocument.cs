using System.Buffers;

namespace DocService.Storage.Model;

/// <summary>One version of a document with its body, both checksums verified. Dispose it once the body has been used.</summary>
public sealed class StoredDocument : IDisposable
{
    private readonly ReadOnlyMemory<byte> _body;
    private byte[]? _rented;

    /// <summary>A document whose body is nobody else's.</summary>
    public StoredDocument(DocumentInfo info, byte[] body)
    {
        Info = info;
        _rented = [];
        _body = body;
    }

    internal StoredDocument(DocumentInfo info, byte[] rented, int bodyOffset, int bodyLength)
    {
        Info = info;
        _rented = rented;
        _body = rented.AsMemory(bodyOffset, bodyLength);
    }

    public DocumentInfo Info { get; }

    /// <summary>The exact bytes the client sent; valid until disposed.</summary>
    /// <exception cref="ObjectDisposedException">Used after <see cref="Dispose"/>.</exception>
    public ReadOnlyMemory<byte> Body
    {
        get
        {
            ObjectDisposedException.ThrowIf(_rented is null, this);
            return _body;
        }
    }

    /// <summary>Gives the buffer back. A second call does nothing.</summary>
    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is { Length: > 0 })
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
