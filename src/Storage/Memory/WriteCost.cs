namespace DocService.Storage.Memory;

/// <summary>What a write takes of memory until it is answered.</summary>
public static class WriteCost
{
    /// <summary>A body is there three times while it is committed: as received, in the commit's payload, and in the journal's group.</summary>
    public const int Copies = 3;

    /// <summary>Bytes of an operation beside its body: its objects, its lock, its record, buffers rounded up.</summary>
    public const int OperationBytes = 1024;

    /// <summary>Bytes of one operation with a body of so many.</summary>
    public static long Of(long bodyBytes) => OperationBytes + (Copies * bodyBytes);
}
