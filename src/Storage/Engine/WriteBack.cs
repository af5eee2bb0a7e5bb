using DocService.Storage.Documents;

namespace DocService.Storage.Engine;

/// <summary>
/// Before many files are synced one by one, one write-back of the volume does at once what they have in common: their
/// blocks are written in long runs, and one commit of the filesystem's journal has all their inodes. Each sync that follows
/// finds only the device's flush left to do. Nothing depends on it.
/// </summary>
/// <remarks>Thread: the filer's.</remarks>
internal sealed class WriteBack(DocumentFiles files, TimeProvider clock)
{
    /// <summary>From so many files on it saves their syncs more than it takes (measured: bench/README.md).</summary>
    private const int FilesMin = 128;

    /// <summary>One that takes longer waits for what others write on this filesystem, and is followed by a rest.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    private DateTimeOffset _restsUntil;

    /// <summary>To be called before so many files are synced.</summary>
    public void Before(int syncs)
    {
        if (syncs < FilesMin || clock.GetUtcNow() < _restsUntil)
        {
            return;
        }

        long started = clock.GetTimestamp();
        files.WriteBack();
        if (clock.GetElapsedTime(started) > TimeMax)
        {
            _restsUntil = clock.GetUtcNow() + Rest;
        }
    }
}
