namespace DocService.Index.Reading;

/// <summary>An entry behind which a listing begins.</summary>
/// <param name="Key">Of the entry.</param>
/// <param name="Id">Of the document, in UTF-8.</param>
public sealed record EntryPosition(byte[] Key, byte[] Id);
