using DocService.Transfer.Sources;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sending;

/// <summary>Takes a source apart into chunks.</summary>
internal sealed class ChunkReader(ISource source, int piecesMax)
{
    private bool _isOver;

    /// <summary>The next chunk; null when there is none.</summary>
    public async Task<Chunk?> ReadAsync(CancellationToken cancellation)
    {
        var chunk = new Chunk(piecesMax);
        while (!_isOver && !chunk.IsFull)
        {
            Piece? piece = await ReadPieceAsync(cancellation);
            if (piece is { } there)
            {
                chunk.Add(there);
            }

            _isOver = piece is null or { IsEnd: true };
        }

        return chunk.Pieces == 0 ? null : chunk;
    }

    /// <summary>Damage ends a source: what stands before it is taken.</summary>
    private async Task<Piece?> ReadPieceAsync(CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(cancellation);
        }
        catch (SourceDamagedException damage)
        {
            return new Piece(source.Place) { Fault = $"{damage.Message}; nothing behind this place is read", IsEnd = true };
        }
    }
}
