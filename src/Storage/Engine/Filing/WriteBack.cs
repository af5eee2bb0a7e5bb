using DocService.Storage.Documents;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// One write-back of the volume before many files are synced one by one. It writes their blocks in long runs, and one
/// commit of the filesystem's journal has all their inodes. Each sync that follows has only the device's flush left to do.
/// Nothing depends on it.
/// </summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class WriteBack(DocumentFiles files, TimeProvider clock)
{
    /// <summary>From some syncs for each worker on it saves them more than it takes: measured 128 (bench/README.md, what brought how much).</summary>
    private const int FilesMin = 4 * FilingChunk.Workers;

    /// <summary>If it takes longer, even on a spinning disk, it is waiting for what others write on this filesystem. Then it rests for a while.</summary>
    private static readonly TimeSpan TimeMax = 4 * FilingShare.RoundMax;
    private static readonly TimeSpan Rest = 6 * FilingShare.PauseMax;

    private long? _slowAt;

    /// <summary>To be called before so many files are synced.</summary>
    public void Before(int syncs)
    {
        if (syncs < FilesMin || (_slowAt is { } at && clock.GetElapsedTime(at) < Rest))
        {
            return;
        }

        long started = clock.GetTimestamp();
        files.WriteBack();
        _slowAt = clock.GetElapsedTime(started) > TimeMax ? clock.GetTimestamp() : null;
    }
}
