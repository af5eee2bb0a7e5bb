namespace DocService.Storage.Reports;

/// <summary>A damaged file that the scrub has found.</summary>
/// <param name="File">Relative to the data directory.</param>
/// <param name="Id">Of its document; null where neither its name nor its header tells.</param>
/// <param name="What">Is wrong with it.</param>
/// <param name="Since">When it was found, by the wall clock.</param>
public sealed record ScrubDamage(string File, string? Id, string What, DateTimeOffset Since);
