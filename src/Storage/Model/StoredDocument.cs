namespace DocService.Storage.Model;

/// <summary>One version of a document with its body, both checksums verified. Dispose it once the body has been used.</summary>
public sealed class StoredDocument : IDisposable
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly ByteBudget? _budget;
    private readonly long _taken;
    private byte[]? _rented;

    /// <summary>A document with a body of its own, from no pool.</summary>
    public StoredDocument(DocumentInfo info, byte[] body)
    {
        Info = info;
        _rented = [];
        _body = body;
    }

    /// <param name="info">What its header says.</param>
    /// <param name="rented">From <see cref="BodyBuffers"/>.</param>
    /// <param name="bodyOffset">Where the body begins in it.</param>
    /// <param name="bodyLength">Its length.</param>
    /// <param name="budget">Where the buffer has been charged; null: nowhere.</param>
    /// <param name="taken">How much has been.</param>
    internal StoredDocument(DocumentInfo info, byte[] rented, int bodyOffset, int bodyLength, ByteBudget? budget, long taken)
    {
        Info = info;
        _rented = rented;
        _body = rented.AsMemory(bodyOffset, bodyLength);
        _budget = budget;
        _taken = taken;
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

    /// <summary>Gives the buffer and its charge back. A second call does nothing.</summary>
    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is { Length: > 0 })
        {
            BodyBuffers.Return(rented);
            _budget?.Return(_taken);
        }
    }
}
