namespace DocService.Index.Writing;

/// <summary>The row of a document that is to be written.</summary>
/// <param name="Buffer">Rented.</param>
/// <param name="Length">Of the row in it.</param>
/// <param name="Version">That the row makes.</param>
/// <param name="Deleted">When the delete came; null for a document that exists.</param>
internal readonly record struct PendingRow(byte[] Buffer, int Length, long Version, DateTimeOffset? Deleted)
{
    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);
}
