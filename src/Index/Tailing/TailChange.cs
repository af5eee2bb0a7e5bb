namespace DocService.Index.Tailing;

/// <summary>A change that all who listen are told of.</summary>
/// <param name="Version">Of its document, and sequence of its commit.</param>
/// <param name="Id">In UTF-8.</param>
/// <param name="Row">Of the document.</param>
internal readonly record struct TailChange(long Version, byte[] Id, byte[] Row)
{
    /// <summary>What an object and its place cost beside its bytes.</summary>
    private const int OwnBytes = 80;

    public long Bytes => OwnBytes + Id.Length + Row.Length;
}
