using DocService.Storage.Engine.Versions;

namespace DocService.Storage.Engine.Filing;

/// <summary>One published operation that waits to be filed.</summary>
/// <param name="Sequence">Of its record.</param>
/// <param name="Document">Which document; or which kept version, by <see cref="VersionDigest"/>.</param>
/// <param name="ChargedBytes">What it was charged against free space.</param>
internal readonly record struct FilingTicket(long Sequence, Sha256Digest Document, long ChargedBytes);
