using System.Collections.Concurrent;
using DocService.Index.Declared;
using DocService.Index.Families;
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
    public static SharedRows Read(IRowSnapshot snapshot)
    {
        using RowLookup rows = snapshot.Look(Family.State);
        return new SharedRows((rows.Find(IndexState.Key) ? IndexState.TryRead(rows.Value) : null) ?? throw new IndexFailedException("The index has lost its state."));
    }

    /// <summary>Null where the index has not begun it.</summary>
    public DeclaredState? GetDeclared(DeclaredIndex index, IRowSnapshot snapshot)
    {
        if (_declared.TryGetValue(index.Identity, out DeclaredState? known))
        {
            return known;
        }

        using RowLookup rows = snapshot.Look(Family.State);
        return rows.Find(DeclaredRow.KeyOf(index.Identity)) ? _declared.GetOrAdd(index.Identity, new DeclaredState(DeclaredRow.Read(rows.Value))) : null;
    }
}
