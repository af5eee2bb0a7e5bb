namespace DocService.Storage.Reports;

/// <summary>The requests that the store remembers.</summary>
/// <param name="Held">How many, about: those in files that are kept, and those on their way there.</param>
/// <param name="Files">In how many files.</param>
/// <param name="Unfiled">Those that only the journal holds as yet.</param>
/// <param name="Replayed">Requests answered with what an earlier one had done, since the start.</param>
/// <param name="Reused">Keys that came with another request, since the start.</param>
/// <param name="Damage">Why a key that is not found may have been there all the same; null when it has not.</param>
public sealed record RequestsReport(long Held, int Files, int Unfiled, long Replayed, long Reused, string? Damage);
