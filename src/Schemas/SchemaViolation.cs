namespace DocService.Schemas;

/// <summary>A document is not as the schema of its collection says.</summary>
/// <param name="Collection">Whose schema it is.</param>
/// <param name="Verdict">Of the schema; not that it passes.</param>
public sealed record SchemaViolation(string Collection, SchemaVerdict Verdict) : RuleViolation(ReasonOf(Collection, Verdict))
{
    private static string ReasonOf(string collection, SchemaVerdict verdict) => verdict.Outcome switch
    {
        SchemaOutcome.NumberOutOfRange => $"In collection '{collection}' numbers must be exact as decimals: {verdict.Faults[0].Detail}",
        SchemaOutcome.TooCostly => $"To judge the document by the schema of collection '{collection}' would take more work, or memory, than one document may.",
        _ => $"The document is not as the schema of collection '{collection}' says: {verdict.Faults[0].Detail}",
    };
}
