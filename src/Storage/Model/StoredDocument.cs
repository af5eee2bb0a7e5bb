namespace DocService.Storage.Model;

/// <summary>One version of a document with its body, both checksums verified. Dispose it once the body has been used. A large body may be left on the disk.</summary>
public sealed class StoredDocument : IDisposable
{
    /// <summary>Largest piece of a body that is read a piece at a time; a body up to here is held whole.</summary>
    public const int PieceBytes = 256 * 1024;

    private readonly LargeBody? _large;
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

    /// <summary>A document whose body is not in memory.</summary>
    internal StoredDocument(DocumentInfo info, LargeBody large)
    {
        Info = info;
        _rented = [];
        _large = large;
    }

    public DocumentInfo Info { get; }

    /// <summary>Whether <see cref="Body"/> is there; else <see cref="ReadPieceAsync"/> has to be used.</summary>
    public bool IsWhole => _large is null;

    /// <summary>The exact bytes the client sent; valid until disposed.</summary>
    /// <exception cref="InvalidOperationException">The body is not whole in memory.</exception>
    /// <exception cref="ObjectDisposedException">Used after <see cref="Dispose"/>.</exception>
    public ReadOnlyMemory<byte> Body
    {
        get
        {
            ObjectDisposedException.ThrowIf(_rented is null, this);
            return IsWhole ? _body : throw new InvalidOperationException("The body is read a piece at a time.");
        }
    }

    /// <summary>Reads a piece of a body that is not whole. One call at a time.</summary>
    /// <param name="piece">Its number, from 0.</param>
    /// <param name="buffer">At least <see cref="PieceBytes"/> long.</param>
    /// <param name="cancellation">Honoured while it waits for its turn to read.</param>
    /// <returns>Its length: <see cref="PieceBytes"/>, or that of the last one.</returns>
    /// <exception cref="DocumentCorruptException">These bytes are no longer what was verified.</exception>
    /// <exception cref="StoreBusyException">The disk does not answer other reads.</exception>
    /// <exception cref="InvalidOperationException">The body is whole.</exception>
    public ValueTask<int> ReadPieceAsync(int piece, Memory<byte> buffer, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_rented is null, this);
        return _large is { } large ? large.ReadAsync(piece, buffer, cancellation) : throw new InvalidOperationException("The body is whole.");
    }

    /// <summary>Gives the buffer and its charge back, or closes the file. A second call does nothing.</summary>
    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is not null)
        {
            _large?.Dispose();
        }

        if (rented is { Length: > 0 })
        {
            BodyBuffers.Return(rented);
            _budget?.Return(_taken);
        }
    }
}
