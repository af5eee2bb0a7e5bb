namespace DocService.Index.Finding;

/// <summary>How much a search may read before it lets others go on. Thread: one.</summary>
internal sealed class Allowance(long bytes)
{
    /// <summary>What a row costs beside its bytes.</summary>
    private const int RowBytes = 64;

    private long _left = bytes;

    public bool IsSpent => _left <= 0;

    public void Spend(int rowBytes) => _left -= rowBytes + RowBytes;
}
