using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Blocking;

/// <summary>When records of blocked documents are carried forward, and which.</summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class BlockedCarriage(BlockedDocuments blocked, CarryForward forward, Pending pending, JournalWriter journal, Backlog backlog)
{
    /// <summary>From this fill of the journal on, blocked documents are carried forward. Most of the journal is free again then, so a record is copied rarely.</summary>
    private const double FillMin = Backlog.SlowFrom / 2;

    /// <summary>
    /// Copies the records of blocked documents from older segments into the newest. A record is copied again only when the
    /// journal has grown by twice what all of them take. So copies alone never cause the next copies.
    /// </summary>
    public void Carry()
    {
        if (blocked.Count == 0 || forward.UnderWay > 0 || backlog.Fill < FillMin)
        {
            return;
        }

        long apart = 2 * blocked.Bytes / journal.SegmentBytes;
        if (journal.Segments.After(journal.Segments.Newest - 1 - apart) is not { Header.StartsAfter: var through })
        {
            return;
        }

        foreach (Sha256Digest document in blocked.Holding(GroupBuffer.UsualBytes, through))
        {
            if (pending.TryFind(document, out PendingVersion version))
            {
                Carry(document, version);
            }
        }
    }

    private void Carry(Sha256Digest document, in PendingVersion version)
    {
        bool hasBegun = false;
        blocked.NoteCarried(document, true); // first: its ticket may come before this returns
        try
        {
            hasBegun = forward.TryBegin(document, version, () => blocked.NoteCarried(document, false));
        }
        finally
        {
            if (!hasBegun)
            {
                blocked.NoteCarried(document, false);
            }
        }
    }
}
