using System.Buffers;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Blocking;

/// <summary>
/// Copies the record of a blocked document to the end of the journal, with its old version. Then the segment with the first
/// record, and those after it, can be released.
/// </summary>
/// <remarks>
/// Thread: the filer's; <see cref="UnderWay"/> is counted down on the journal's.
/// Invariant: for a document its writer lock is held from the look at its version until the copy is published, so the copy
/// comes after every earlier version of the document and before every later one. Read in order, the journal says the same.
/// The copy of a kept version says that it makes that one's file alone: its document may have a later version by then.
/// On failure: nothing has changed, the first record is still there; it is tried again.
/// </remarks>
internal sealed class CarryForward(DigestLocks locks, Pending pending, JournalWriter journal)
{
    private int _underWay;

    /// <summary>Copies that are not published yet.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Queues a copy of the newest version's record. False when there is nothing to be done, or not now.</summary>
    /// <param name="document">Which document, or which kept version (<see cref="VersionDigest"/>).</param>
    /// <param name="version">Its newest published version, as it was found in <see cref="Pending"/>.</param>
    /// <param name="failed">Called on the journal's thread if the copy is never published.</param>
    public bool TryBegin(Sha256Digest document, in PendingVersion version, Action failed)
    {
        RecordLocator locator = version.Locator;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(locator.Bytes);
        try
        {
            Segment segment = journal.Segments[locator.Segment];
            Span<byte> bytes = buffer.AsSpan(0, locator.Bytes);
            return locator.TryRead(segment.File, bytes)
                && Operation.TryRead(bytes, out Operation operation, out _)
                && DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _)
                && TryLock(key, version.IsOfVersion, out DigestLocks.Lease? lease)
                && TryQueue(key, document, version, bytes, lease, failed);
        }
        catch (FileSystemException)
        {
            return false; // the record cannot be read just now, and stays where it is
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A document that is being written now is not carried forward: its new version will be at the end of the journal.</summary>
    private bool TryLock(DocumentKey key, bool isOfVersion, out DigestLocks.Lease? lease)
    {
        lease = null;
        if (isOfVersion)
        {
            return true; // nobody writes a version again, so the order of its copies does not matter
        }

        ValueTask<DigestLocks.Lease> acquired = locks.AcquireAsync(key.Digest, LockMode.Exclusive, TimeSpan.Zero, CancellationToken.None);
        lease = acquired.IsCompletedSuccessfully ? acquired.Result : null;
        return acquired.IsCompletedSuccessfully;
    }

    private bool TryQueue(DocumentKey key, Sha256Digest document, in PendingVersion version, ReadOnlySpan<byte> operation, DigestLocks.Lease? lease, Action failed)
    {
        bool isQueued = false;
        Commit? commit = null;
        Interlocked.Increment(ref _underWay);
        try
        {
            if (!pending.TryFind(document, out PendingVersion newest) || newest.Version != version.Version)
            {
                return false;
            }

            commit = new Commit(operation.Length, 1)
            {
                CarriedVersion = version.Version,
                IsSuperseded = version.IsOfVersion,
                Settled = isPublished =>
                {
                    Interlocked.Decrement(ref _underWay);
                    lease?.Dispose();
                    if (!isPublished)
                    {
                        failed();
                    }
                },
            };
            commit.AddCarried(key, version.Kind, version.KeepsEvidence, operation);
            commit.Close();
            isQueued = journal.TryAdd(commit);
            return isQueued;
        }
        finally
        {
            if (!isQueued)
            {
                commit?.ReleasePayload();
                Interlocked.Decrement(ref _underWay);
                lease?.Dispose();
            }
        }
    }
}
