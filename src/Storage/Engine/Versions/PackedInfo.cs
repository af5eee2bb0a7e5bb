namespace DocService.Storage.Engine.Versions;

/// <summary>
/// What is known of a version, except its number: 64 bytes without a reference, so the garbage collector does not look at a
/// million of them. See <see cref="MediaTypes"/>. The default says that nothing is known.
/// </summary>
/// <param name="CreatedTicks">UTC.</param>
/// <param name="ModifiedTicks">UTC.</param>
/// <param name="ExpiresTicks">UTC; 0 where the document has no end.</param>
/// <param name="Sha256">Of the body.</param>
/// <param name="Length">Of the body, in bytes.</param>
/// <param name="MediaType">Number of the media type; 0 where nothing is known.</param>
/// <param name="Keep">How many versions are kept; 0: none.</param>
internal readonly record struct PackedInfo(long CreatedTicks, long ModifiedTicks, long ExpiresTicks, Sha256Digest Sha256, int Length, ushort MediaType, ushort Keep = 0)
{
    public bool IsKnown => MediaType != 0;
}
