namespace DocService.Storage.Documents;

/// <summary>A header that passed its checks.</summary>
/// <param name="Info">The version it describes.</param>
/// <param name="BodyHash">XXH3 of the body.</param>
/// <param name="HeaderBytes">Length of the header line, newline included: where the body begins.</param>
internal readonly record struct ParsedHeader(DocumentInfo Info, ulong BodyHash, int HeaderBytes)
{
    /// <summary>Length that the whole file must have.</summary>
    public long FileBytes => HeaderBytes + Info.Length;
}
