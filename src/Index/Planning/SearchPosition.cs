namespace DocService.Index.Planning;

/// <summary>Where a page ended, so that the next begins behind it.</summary>
/// <param name="Id">Of the last document, or the folder; UTF-8.</param>
/// <param name="SortKey">Of the last document; null where the order is that of ids.</param>
/// <param name="IsFolder">The last entry was a folder.</param>
public sealed record SearchPosition(ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte>? SortKey = null, bool IsFolder = false);
