using System.Globalization;
using DocService.Api.Problems;

namespace DocService.Api.Bulk;

/// <summary>The part of the catalogue that is about many documents at once.</summary>
internal static class BulkProblems
{
    public static Problem Stopping { get; } = new(ProblemCatalogue.ShuttingDown, "The server stopped before all of it was done.") { RetryAfterSeconds = 5 };

    public static Problem Exists(string id) => new(ProblemCatalogue.PreconditionFailed, $"There is a document '{id}' already. With onConflict=skip it is kept, with onConflict=replace it gets a new version.");

    public static Problem UnderWay(string key) =>
        new(ProblemCatalogue.RequestInProgress, $"The import with the Idempotency-Key \"{key}\" is under way: GET /imports/ with the key tells how far it is.") { RetryAfterSeconds = 1 };

    public static Problem CountDiffers(long count, long confirmed, long asOf) => new Problem(
        ProblemCatalogue.CountDiffers,
        string.Create(CultureInfo.InvariantCulture, $"The query finds {count} documents, and 'confirm' says {confirmed}. Nothing was deleted.")).With(new("count", count), new("asOf", asOf));

    public static Problem Timeout(TimeSpan allowed) =>
        new(ProblemCatalogue.QueryTimeout, string.Create(CultureInfo.InvariantCulture, $"The deletion was not done within {allowed.TotalSeconds} s (ExportTimeout)."));
}
