namespace DocService.Storage;

/// <summary>Copies of a store as of one moment, made beside its writes. Each is a data directory that can be started, copied and backed up.</summary>
/// <remarks>Thread: any. Where the filesystem has links, a snapshot shares its documents' files with the store: it costs names, no bodies.</remarks>
public interface ISnapshots
{
    /// <summary>All of them, oldest first, and how far one has come that is being taken.</summary>
    /// <exception cref="StorageFaultException">Their directory cannot be read.</exception>
    SnapshotList List();

    /// <summary>
    /// Takes a snapshot: everything that was acknowledged before the call is in it, and nothing that is not durable. Writes and filing go on
    /// meanwhile. It is durable when the task ends. A caller that stops waiting does not end it.
    /// </summary>
    /// <param name="name">See <see cref="SnapshotName"/>; null: it is called by the time.</param>
    /// <exception cref="ArgumentException">No such name can be.</exception>
    /// <exception cref="SnapshotConflictException">There is one of that name.</exception>
    /// <exception cref="StoreBusyException">One is being taken, or the journal could not wait for it any longer.</exception>
    /// <exception cref="OutOfSpaceException">There is no room to spare. Nothing of it is left.</exception>
    /// <exception cref="StorageFaultException">The disk refused; nothing of it is left.</exception>
    /// <exception cref="StoreFencedException">What is durable is not known.</exception>
    Task<SnapshotInfo> TakeAsync(string? name);

    /// <summary>Deletes the snapshot; false where there is none of that name. Its files are removed after the call.</summary>
    /// <exception cref="SnapshotConflictException">A process uses it, or it has been started: then it is a store of its own.</exception>
    /// <exception cref="StorageFaultException">The disk refused. It may be there, or not.</exception>
    bool Delete(string name);
}
