using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Engine.Checks;

/// <summary>Times each way in which the store makes something durable, and judges whether the times can be true.</summary>
/// <remarks>
/// Owns: the scratch directory while it runs. Thread: one. On failure: the scratch directory is removed all the same,
/// as far as the disk lets it; what a killed run left is removed by the next one.
/// </remarks>
internal sealed class DiskDoctor(IDirectory data, int rounds, TimeProvider clock)
{
    public const string ScratchName = ".docservice-doctor";

    private const string FileName = "file";
    private const string OtherName = "other";
    private const int BlockBytes = 4096; // as the journal writes
    private const int PreallocatedBytes = 256 * BlockBytes;

    /// <summary>Longest that one method is measured: a slow disk gets fewer rounds.</summary>
    private static readonly TimeSpan MethodTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>
    /// No sync that reached a device is faster: a command and its completion alone cross the bus twice, and the fastest
    /// drives answer a 4 KiB write in about 10 µs.
    /// </summary>
    private static readonly TimeSpan Impossible = TimeSpan.FromMicroseconds(8);

    /// <summary>Faster than flash takes to be written: only a cache that survives the cut makes it true.</summary>
    private static readonly TimeSpan NeedsCache = TimeSpan.FromMicroseconds(60);

    private static readonly byte[] Block = new byte[BlockBytes];

    public DiskReport Run()
    {
        VolumeInfo volume = data.GetVolumeInfo();
        using IDisposable? held = Hold();
        RemoveScratch();
        var latencies = new List<SyncLatency>();
        bool hasLinks = true;
        data.TryCreateDirectory(ScratchName);
        try
        {
            using IDirectory scratch = data.TryOpenDirectory(ScratchName) ?? throw new FileSystemException(SystemCall.Open, ScratchName, Errno.ENOENT);
            latencies.AddRange(Measure(scratch));
            hasLinks = HasLinks(scratch);
        }
        finally
        {
            RemoveScratch();
        }

        (IReadOnlyList<string> faults, IReadOnlyList<string> remarks) = Judge(volume, latencies);
        return new DiskReport
        {
            FileSystem = volume.Type,
            MountOptions = volume.MountOptions,
            FreeBytes = volume.Free.Bytes,
            FreeInodes = volume.Free.Inodes == long.MaxValue ? null : volume.Free.Inodes,
            Latencies = latencies,
            Faults = faults,
            Remarks = hasLinks ? remarks : [.. remarks, "Files have one name here (no hard links): the newest version of a document whose versions are kept takes its room twice."],
        };
    }

    /// <summary>The verdict on the volume and the medians; the syncs are all but the first of them.</summary>
    internal static (IReadOnlyList<string> Faults, IReadOnlyList<string> Remarks) Judge(VolumeInfo volume, IReadOnlyList<SyncLatency> latencies)
    {
        var faults = new List<string>();
        var remarks = new List<string>();
        (DurabilityLevel best, string? remark) = VolumePromise.Judge(volume);
        if (remark is not null)
        {
            (best == DurabilityLevel.Volatile ? faults : remarks).Add(remark);
        }

        foreach (SyncLatency latency in latencies.Skip(1))
        {
            string median = $"{latency.Method}: a median of {latency.Median.TotalMicroseconds:F1} µs";
            if (latency.Median < Impossible)
            {
                faults.Add($"{median} is too fast to be true: no device was asked.");
            }
            else if (latency.Median < NeedsCache)
            {
                remarks.Add($"{median} is faster than flash is written: true only if the device's cache survives a power cut (capacitor or battery).");
            }
        }

        return (faults, remarks);
    }

    /// <summary>Nothing to hold where no server has ever run.</summary>
    private IDisposable? Hold() =>
        data.GetKind(DataDirectory.LockName) == EntryKind.None
            ? null
            : data.TryLock(DataDirectory.LockName) ?? throw new StoreInUseException($"A server is using {data.Path}; measuring would disturb it. Stop it, or measure another directory of the same disk.");

    private IEnumerable<SyncLatency> Measure(IDirectory scratch)
    {
        yield return Time("open (create a file), no sync", _ =>
        {
            scratch.Create(FileName).Dispose();
            scratch.TryUnlink(FileName);
        });

        using (IFile growing = scratch.Create(FileName))
        {
            yield return Time("write 4 KiB at the end + fsync", round =>
            {
                growing.Write(Block, (long)round * BlockBytes);
                growing.Sync();
            });
        }

        using (IFile zeros = scratch.Create(OtherName))
        {
            zeros.Write(new byte[PreallocatedBytes], 0);
            zeros.Sync();
            yield return Time("write 4 KiB on preallocated zeros + fdatasync", round =>
            {
                zeros.Write(Block, (long)round * BlockBytes % PreallocatedBytes);
                zeros.SyncData();
            });
        }

        yield return Time("rename over a file + fsync of the directory", round =>
        {
            scratch.Rename(round % 2 == 0 ? FileName : OtherName, scratch, round % 2 == 0 ? OtherName : FileName);
            scratch.Sync();
        });
    }

    /// <summary>Whether a file can have a second name: that of a kept version.</summary>
    private static bool HasLinks(IDirectory scratch)
    {
        scratch.TryUnlink(FileName);
        scratch.TryUnlink(OtherName);
        scratch.Create(FileName).Dispose();
        try
        {
            scratch.Link(FileName, scratch, OtherName);
            return true;
        }
        catch (FileSystemException exception) when (exception.IsWithoutLinks)
        {
            return false;
        }
    }

    private SyncLatency Time(string method, Action<int> act)
    {
        var times = new List<TimeSpan>(rounds);
        long began = clock.GetTimestamp();
        for (int round = 0; round < rounds && (round == 0 || clock.GetElapsedTime(began) < MethodTimeMax); round++)
        {
            long start = clock.GetTimestamp();
            act(round);
            times.Add(clock.GetElapsedTime(start));
        }

        times.Sort();
        return new SyncLatency(method, times.Count, times[(times.Count - 1) / 2], times[(times.Count - 1) * 99 / 100]);
    }

    private void RemoveScratch()
    {
        using (IDirectory? scratch = data.TryOpenDirectory(ScratchName))
        {
            scratch?.TryUnlink(FileName);
            scratch?.TryUnlink(OtherName);
        }

        data.TryRemoveDirectory(ScratchName);
    }
}
