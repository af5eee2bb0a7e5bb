using DocService.Storage.Documents;

namespace DocService.Storage.Engine.Filing;

/// <summary>
/// Before many files are synced one by one, one write-back of the volume does at once what they have in common: their
/// blocks are written in long runs, and one commit of the filesystem's journal has all their inodes. Each sync that follows
/// finds only the device's flush left to do. Nothing depends on it.
/// </summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class WriteBack(DocumentFiles files, TimeProvider clock)
{
    /// <summary>From so many files on it saves their syncs more than it takes (bench/README.md, what brought how much).</summary>
    private const int FilesMin = 128;

    /// <summary>What takes longer, even on a spinning disk, waits for what others write on this filesystem, and is followed by a rest.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

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
