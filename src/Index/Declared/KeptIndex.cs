using DocService.Index.Families;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Queries.Indexes;

namespace DocService.Index.Declared;

/// <summary>A declared index as it is kept: its row, and what changes its entries.</summary>
/// <remarks>
/// Owns: the row as it will be after the batch under way. Thread: the follower's.
/// Invariant: documents up to the row's cursor, and all of them once it is built, have exactly their entries. Of the documents
/// behind the cursor, those that were written since it was declared have theirs, others may have none; text has none there.
/// </remarks>
internal sealed class KeptIndex(DeclaredIndex declared, DeclaredRow row)
{
    private readonly EntryMaker _maker = EntryMaker.Of(declared);
    private readonly IndexTraits? _traits = declared.Keys is null ? null : IndexTraits.Of(row.MetArray, row.HasCutKeys, row.HasOverflow);
    private bool _isDirty;

    public DeclaredIndex Declared { get; } = declared;

    public DeclaredRow Row { get; private set; } = row;

    public static DeclaredRow NewRow(DeclaredIndex declared, int number, bool isBuilt) =>
        new() { Number = number, IsBuilt = isBuilt, MetArray = new bool[declared.Keys?.Fields.Count ?? 0] };

    /// <summary>A document changes.</summary>
    /// <param name="batch">Gets the changes.</param>
    /// <param name="id">Of the document.</param>
    /// <param name="old">As it is by now.</param>
    /// <param name="next">As it will be.</param>
    public void Change(RocksBatch batch, ReadOnlySpan<byte> id, in IndexedDocument old, in IndexedDocument next)
    {
        bool isKept = Row.IsBuilt || id.SequenceCompareTo(Row.Cursor) <= 0;
        if (!isKept && Declared.Text is not null)
        {
            return;
        }

        int wordsBefore = Read(old);
        int words = Read(next);
        foreach ((byte[] key, _) in _maker.Before)
        {
            if (!_maker.Entries.ContainsKey(key))
            {
                batch.Delete(Family.Entries, EntryKey.Write(Row.Number, key, id));
            }
        }

        foreach ((byte[] key, byte[] value) in _maker.Entries)
        {
            if (!isKept || !_maker.Before.TryGetValue(key, out byte[]? before) || !before.AsSpan().SequenceEqual(value))
            {
                batch.Put(Family.Entries, EntryKey.Write(Row.Number, key, id), value);
            }
        }

        NoteRead(words - wordsBefore, (words > 0 ? 1 : 0) - (wordsBefore > 0 ? 1 : 0));
    }

    /// <summary>A document that has not changed: all its entries are written.</summary>
    public void Build(RocksBatch batch, ReadOnlySpan<byte> id, in IndexedDocument document)
    {
        int words = Read(document);
        foreach ((byte[] key, byte[] value) in _maker.Entries)
        {
            batch.Put(Family.Entries, EntryKey.Write(Row.Number, key, id), value);
        }

        NoteRead(words, words > 0 ? 1 : 0);
        Row = Row with { Cursor = id.ToArray(), Done = Row.Done + 1 };
        _isDirty = true;
    }

    public void NoteBuilt()
    {
        Row = Row with { IsBuilt = true, Cursor = [] };
        _isDirty = true;
    }

    /// <summary>The row goes with the entries that it speaks of.</summary>
    public void WriteRow(RocksBatch batch)
    {
        if (_isDirty)
        {
            batch.Put(Family.State, DeclaredRow.KeyOf(Declared.Identity), Row.ToRow());
            _isDirty = false;
        }
    }

    /// <summary>Entries of the document; how many words it has.</summary>
    private int Read(in IndexedDocument document)
    {
        if (!document.HasEntries)
        {
            _maker.Clear();
            return 0;
        }

        _maker.Read(document);
        return _maker.Words;
    }

    private void NoteRead(int words, int documents)
    {
        if (_maker is KeyEntryMaker { Last: { } entries } && _traits!.Add(entries))
        {
            Row = Row with { MetArray = [.. _traits.MetArray], HasCutKeys = _traits.HasCutKeys, HasOverflow = _traits.HasOverflow };
            _isDirty = true;
        }

        if (words != 0 || documents != 0)
        {
            Row = Row with { Words = Row.Words + words, Documents = Row.Documents + documents };
            _isDirty = true;
        }
    }
}
