using System.Numerics;
using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Versions;

/// <summary>
/// The headers of documents filed lately, for writes that must know what they replace. One system call tells whether the
/// file is still the same; opening and reading it takes three or more.
/// </summary>
/// <remarks>
/// Owns: the entries, so many at most, in place and without references (see <see cref="Pending"/>); a new one takes the
/// place of the oldest of the few that share its set. Thread: the filer's adds, any looks and forgets, under a lock of some
/// of the sets.
/// Invariant: an entry is valid for one file stamp. A file that has been changed, replaced or removed has another stamp or
/// none, so no entry can be out of date.
/// </remarks>
internal sealed class FiledHeaders
{
    private const int Ways = TableSizes.Ways;

    private const int GateCount = DigestLocks.StripeCount;

    private readonly int _sets; // a power of two
    private readonly FiledHeader[] _entries;
    private readonly Lock[] _gates = [.. Enumerable.Range(0, GateCount).Select(_ => new Lock())];

    /// <param name="journalBytes">How large the store's journal may become.</param>
    public FiledHeaders(long journalBytes)
    {
        // A small journal is a small store's, which need not clear 17 MiB at its start.
        _sets = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(journalBytes / TableSizes.BytesOfADocument, GateCount, TableSizes.DocumentsMax / Ways));
        _entries = new FiledHeader[_sets * Ways];
    }

    /// <summary>The document's entry, if there is one.</summary>
    public bool TryFind(Sha256Digest document, out FiledHeader header)
    {
        int set = SetOf(document);
        lock (_gates[set % GateCount])
        {
            foreach (ref FiledHeader entry in Entries(set))
            {
                if (entry.IsOf(document))
                {
                    header = entry;
                    return true;
                }
            }
        }

        header = default;
        return false;
    }

    /// <summary>The document has a new file. A header of which nothing is known is not added.</summary>
    public void Add(in FiledHeader header)
    {
        if (!header.Info.IsKnown)
        {
            Forget(header.Document);
            return;
        }

        int set = SetOf(header.Document);
        lock (_gates[set % GateCount])
        {
            Span<FiledHeader> entries = Entries(set);
            int chosen = 0;
            for (int way = 0; way < Ways; way++)
            {
                if (entries[way].IsOf(header.Document))
                {
                    chosen = way;
                    break;
                }

                // A free place has version 0.
                chosen = entries[way].Version < entries[chosen].Version ? way : chosen;
            }

            entries[chosen] = header;
        }
    }

    /// <summary>
    /// A read has found the document's file damaged, so the next write must read it too. Any thread may call this. At worst
    /// an entry that was added in the same moment is lost as well.
    /// </summary>
    public void Forget(Sha256Digest document)
    {
        int set = SetOf(document);
        lock (_gates[set % GateCount])
        {
            foreach (ref FiledHeader entry in Entries(set))
            {
                if (entry.IsOf(document))
                {
                    entry = default;
                }
            }
        }
    }

    private int SetOf(Sha256Digest document) => document.GetHashCode() & (_sets - 1);

    private Span<FiledHeader> Entries(int set) => _entries.AsSpan(set * Ways, Ways);
}

/// <summary>A document's file as it was made. The default is a free place.</summary>
/// <param name="Document">Which document.</param>
/// <param name="Version">What its header says: the version, positive …</param>
/// <param name="Info">… and the rest.</param>
/// <param name="Stamp">Of the file after it was synced.</param>
internal readonly record struct FiledHeader(Sha256Digest Document, long Version, PackedInfo Info, FileStamp Stamp)
{
    public bool IsOf(Sha256Digest document) => Version != 0 && Document == document;
}
