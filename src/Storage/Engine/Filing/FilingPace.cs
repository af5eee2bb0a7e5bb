namespace DocService.Storage.Engine.Filing;

/// <summary>How much the filer takes on at a time.</summary>
/// <param name="ChunkDocuments">Documents in a chunk, at most.</param>
/// <param name="Workers">Threads that work on a phase of it.</param>
internal readonly record struct FilingPace(int ChunkDocuments, int Workers)
{
    /// <summary>Beside a burst of commits: enough to share the filesystem's commits, few enough to let go of the disk soon.</summary>
    public static readonly FilingPace Gentle = new(ChunkDocuments: 512, Workers: 8);

    /// <summary>The store stops, and has little time: what is under way when that is over must end soon.</summary>
    public static readonly FilingPace Draining = new(ChunkDocuments: 512, Workers: 32);

    /// <summary>Not giving way: to get done. Syncs at once share the device's flushes, and each directory is synced once in a chunk.</summary>
    public static readonly FilingPace Full = new(ChunkDocuments: 4096, Workers: 32);
}
