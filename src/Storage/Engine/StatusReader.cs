using System.Runtime.CompilerServices;
using DocService.Storage.Clock;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;
using DocService.Storage.Journal.Marks;

namespace DocService.Storage.Engine;

/// <summary>Puts together what operators are told of a store, whether or not its journal is damaged.</summary>
/// <remarks>Owns: what the volume answered last. Thread: any.</remarks>
/// <param name="directory">Of the store.</param>
/// <param name="answered">What its volume has told of itself.</param>
/// <param name="promise">The best level that it can keep.</param>
/// <param name="health">Of the store.</param>
/// <param name="time">Of the store.</param>
/// <param name="engine">Null when the journal is damaged.</param>
internal sealed class StatusReader(DataDirectory directory, VolumeInfo answered, (DurabilityLevel Best, string? Remark) promise, StoreHealth health, StoreTime time, StoreEngine? engine)
{
    private StrongBox<VolumeInfo> _lastVolume = new(answered); // replaced as a whole: read and written by any thread

    /// <summary>Asks the volume and reads the table of mounts. Where the disk no longer answers, what it answered last.</summary>
    public JournalStatus Read()
    {
        VolumeInfo volume = AskVolume();
        Watermarks? marks = engine?.Journal.Marks;
        return new JournalStatus
        {
            State = health.State,
            Reason = health.Reason,
            StoreId = directory.Format.StoreId,
            DataDirectory = directory.Root.Path,
            IsFirstStart = directory.IsFirstStart,
            FiledThrough = marks?.FiledThrough ?? 0, // read in this order, they are in theirs
            DurableThrough = marks?.DurableThrough ?? 0,
            AppendedThrough = marks?.AppendedThrough ?? 0,
            PendingDocuments = engine?.Pending.Count ?? 0,
            JournalBytes = engine?.Journal.UsedBytes ?? 0,
            QueuedCommits = engine?.Journal.QueueLength ?? 0,
            Cache = engine?.Cache.Report ?? default,
            SyncRunningFor = engine?.Journal.Statistics.SyncRunningFor ?? TimeSpan.Zero,
            FilingObstacle = engine?.FilingObstacle,
            Recovery = engine?.Recovery,
            Requests = engine?.Requests.Report,
            Scrub = engine?.Scrubbed,
            Promise = promise.Best,
            PromiseRemark = promise.Remark,
            Time = new TimeReport(time.Now, time.WallAhead, time.IsInDoubt),
            FileSystem = volume.Type,
            MountOptions = volume.MountOptions,
            FreeBytes = volume.Free.Bytes,
            FreeInodes = volume.Free.Inodes,
        };
    }

    private VolumeInfo AskVolume()
    {
        try
        {
            _lastVolume = new StrongBox<VolumeInfo>(directory.Root.GetVolumeInfo());
        }
        catch (Exception exception) when (exception is FileSystemException or OutOfMemoryException)
        {
            // The state matters most when the disk is failing; free space is the lesser part of the answer.
        }

        return _lastVolume.Value;
    }
}
