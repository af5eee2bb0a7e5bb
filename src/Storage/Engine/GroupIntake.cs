using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Space;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine;

/// <summary>What the journal tells of each group: its versions become pending, then visible and to be filed.</summary>
/// <remarks>
/// Thread: the journal's.
/// Invariant: all memory is taken by <see cref="Expect"/>, before the group's write: what follows cannot fail.
/// </remarks>
internal sealed class GroupIntake(Pending pending, FilingQueue filing, MediaTypes media, DocumentCache cache, KeptVersions versions, IFileSystem files)
{
    private readonly List<FilingTicket> _tickets = []; // of one group

    /// <summary>If it throws, the room that it has made stays until the next group.</summary>
    public void Expect(List<Commit> commits)
    {
        int operations = 0;
        pending.ForgetExpected();
        files.ExpectMemory();
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                pending.Expect(place.Key.Digest);
                _ = place.Info is { } info ? media.Pack(info) : default;
                operations++;
                if (place.IsKept)
                {
                    pending.Expect(place.Key.Digest); // the version's own entry goes where the document's goes
                    operations++;
                }
            }
        }

        _tickets.EnsureCapacity(operations);
        filing.Expect(operations);
    }

    /// <summary>The group is written and not synced yet: its versions have places, and nobody sees them.</summary>
    public void NoteAppended(List<Commit> commits)
    {
        foreach (Commit commit in commits)
        {
            if (commit.CarriedVersion == 0) // a version that is carried forward is there already
            {
                foreach (OperationPlace place in commit.Places)
                {
                    PackedInfo info = place.Info is { } known ? media.Pack(known) : default;
                    var version = new PendingVersion(commit.Sequence, place.Kind, info, LocatorOf(commit, place), place.KeepsEvidence, place.IsKept);
                    pending.Add(place.Key.Digest, version);
                    if (place.IsKept)
                    {
                        pending.Add(VersionDigest.Of(place.Key.Digest, commit.Sequence), version.OfVersion());
                    }

                    cache.Drop(place.Key); // before the sync, so long before it is visible
                }
            }

            commit.ReleasePayload();
        }
    }

    /// <summary>The group is durable: its versions are what readers see from here on, and are to be filed.</summary>
    public void NotePublished(List<Commit> commits)
    {
        _tickets.Clear();
        foreach (Commit commit in commits)
        {
            foreach (OperationPlace place in commit.Places)
            {
                if (commit.CarriedVersion != 0)
                {
                    AddCarried(commit, place);
                    continue;
                }

                pending.NotePublished(place.Key.Digest);
                long cost = DiskSpace.CostOf(place.Kind, place.Bytes);
                _tickets.Add(new FilingTicket(commit.Sequence, place.Key.Digest, cost));
                if (place.IsKept)
                {
                    _tickets.Add(new FilingTicket(commit.Sequence, VersionDigest.Of(place.Key.Digest, commit.Sequence), cost));
                }
            }
        }

        filing.Add(_tickets);
    }

    private void AddCarried(Commit commit, in OperationPlace place)
    {
        Sha256Digest document = place.Key.Digest;
        if (commit.IsSuperseded)
        {
            versions.NoteCarried(document, commit.Sequence);
            document = VersionDigest.Of(document, commit.CarriedVersion);
        }

        pending.NoteCarried(document, commit.CarriedVersion, LocatorOf(commit, place));
        _tickets.Add(new FilingTicket(commit.Sequence, document, 0)); // charged already
    }

    private static RecordLocator LocatorOf(Commit commit, in OperationPlace place) =>
        new(commit.Segment!.Header.Number, commit.PayloadOffset + place.Offset, place.Bytes, place.Hash);
}
