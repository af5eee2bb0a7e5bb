namespace DocService.Storage.Threading;

/// <summary>A thread that was started by <see cref="IThreads.Start"/>.</summary>
internal interface IThread
{
    /// <summary>Blocks until its work has returned.</summary>
    void Join();
}
