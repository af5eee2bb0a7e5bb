namespace DocService.Api.Configuration;

/// <summary>
/// Room for the index in a process whose memory is limited, a container's for example. The runtime lets its own heap grow to
/// three quarters of the limit and knows nothing of what the index takes beside it: with documents of 16 MiB in 256 MiB the
/// kernel ended the process. With a smaller heap there is 503 <c>busy</c> instead.
/// </summary>
internal static class MemoryLimit
{
    private const string HeapLimit = "GCHeapHardLimit"; // as GC.RefreshMemoryLimit names it

    /// <summary>At the start of the process, before anything asks how much memory there is. Without a limit it changes nothing.</summary>
    public static void LeaveRoomForIndex(DocServiceOptions options)
    {
        if (!options.HasIndex || GC.GetConfigurationVariables().GetValueOrDefault(HeapLimit) is not long limit || limit <= 0)
        {
            return;
        }

        AppContext.SetData(HeapLimit, (ulong)HeapBytesOf(limit, options));
        try
        {
            GC.RefreshMemoryLimit();
        }
        catch (InvalidOperationException)
        {
            // More is in use already: the limit stays what it was.
        }
    }

    /// <summary>The index has its cache, and holds the largest document once more while it writes it.</summary>
    internal static long HeapBytesOf(long limit, DocServiceOptions options) =>
        Math.Max(limit / 2, limit - options.IndexCacheBytesMax - options.MaxDocumentBytes);
}
