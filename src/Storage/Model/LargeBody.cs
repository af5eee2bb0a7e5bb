namespace DocService.Storage.Model;

/// <summary>A body that is not held in memory: verified as a whole, and read again a piece at a time.</summary>
internal abstract class LargeBody : IDisposable
{
    /// <inheritdoc cref="StoredDocument.ReadPieceAsync"/>
    public abstract ValueTask<int> ReadAsync(int piece, Memory<byte> buffer, CancellationToken cancellation);

    public abstract void Dispose();
}
