using System.Collections.Concurrent;
using DocService.Index.Declared;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Reading;

/// <summary>What every reader of one moment needs of the index itself: read once for all of them.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class SharedRows
{
    private readonly ConcurrentDictionary<Sha256Digest, DeclaredState> _declared = [];

    private SharedRows(IndexState state) => State = state;

    public IndexState State { get; }

    /// <exception cref="IndexFailedException">There is no state.</exception>
    public static SharedRows Read(RocksSnapshot snapshot)
    {
        using RocksValue row = snapshot.Read(Family.State, IndexState.Key);
        return new SharedRows(IndexState.TryRead(row.Bytes) ?? throw new IndexFailedException("The index has lost its state."));
    }

    /// <summary>Null where the index has not begun it.</summary>
    public DeclaredState? GetDeclared(DeclaredIndex index, RocksSnapshot snapshot)
    {
        if (_declared.TryGetValue(index.Identity, out DeclaredState? known))
        {
            return known;
        }

        using RocksValue row = snapshot.Read(Family.State, DeclaredRow.KeyOf(index.Identity));
        return row.IsFound ? _declared.GetOrAdd(index.Identity, new DeclaredState(DeclaredRow.Read(row.Bytes))) : null;
    }
}
