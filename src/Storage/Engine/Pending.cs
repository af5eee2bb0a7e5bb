using System.Collections.Concurrent;
using DocService.Storage.Journal;

namespace DocService.Storage.Engine;

/// <summary>The newest versions that stand only in the journal, by key. What is not here is in its file.</summary>
/// <remarks>
/// Owns: the entries. Thread: the journal's thread adds, the filer removes, anyone reads without a lock.
/// Invariants: an entry is added before its sync and is invisible until <see cref="Watermarks.DurableThrough"/>
/// reaches it; per key at most one is unpublished (the writer lock), and it names the published one it follows; an
/// entry goes only when its version, or a later one, is filed and its directory synced.
/// </remarks>
/// <param name="marks">What is published.</param>
/// <param name="expected">Entries that recovery is about to add: growing to a million of them in steps took a tenth of the start.</param>
internal sealed class Pending(Watermarks marks, int expected = 0)
{
    private const int UsualEntries = 31;

    private readonly ConcurrentDictionary<DocumentKey, PendingEntry> _entries = new(concurrencyLevel: -1, Math.Max(UsualEntries, expected));

    public int Count => _entries.Count;

    /// <summary>The newest published version, or null: then the file has it, or there is none.</summary>
    public PendingEntry? Find(DocumentKey key)
    {
        if (!_entries.TryGetValue(key, out PendingEntry? entry))
        {
            return null;
        }

        if (entry.Version <= marks.DurableThrough)
        {
            return entry;
        }

        // Not published a moment ago. Its predecessor is dropped when that is filed, or when this one, published by
        // then, gets a successor: so after an empty look the first question is asked once more.
        return entry.Previous ?? (entry.Version <= marks.DurableThrough ? entry : null);
    }

    /// <summary>Adds a version that is not yet published, or, in recovery, one that is.</summary>
    public void Add(DocumentKey key, PendingEntry entry)
    {
        while (true)
        {
            if (!_entries.TryGetValue(key, out PendingEntry? current))
            {
                if (_entries.TryAdd(key, entry))
                {
                    return;
                }

                continue;
            }

            entry.Previous = current;
            entry.KeepsEvidence |= current.KeepsEvidence;
            if (_entries.TryUpdate(key, entry, current))
            {
                current.Previous = null;
                return;
            }

            entry.Previous = null;
        }
    }

    /// <summary>The entry's version is filed. Does nothing if a newer one has taken its place, except that it forgets this one.</summary>
    public void Remove(DocumentKey key, PendingEntry filed)
    {
        if (!_entries.TryRemove(KeyValuePair.Create(key, filed))
            && _entries.TryGetValue(key, out PendingEntry? newer) && newer.Previous == filed)
        {
            newer.Previous = null;
        }
    }

    /// <summary>Published deletes whose files may still be there; for the filer when the disk is full.</summary>
    public IEnumerable<KeyValuePair<DocumentKey, PendingEntry>> UnappliedDeletes() =>
        _entries.Where(pair => pair.Value is { IsDelete: true, IsAppliedEarly: false } && pair.Value.Version <= marks.DurableThrough);
}
