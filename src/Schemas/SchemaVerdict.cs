namespace DocService.Schemas;

/// <summary>What a schema says of a document.</summary>
/// <param name="Outcome">Whether it passes, and if not, why.</param>
/// <param name="Faults">The first of them; none for a document that passes.</param>
public readonly record struct SchemaVerdict(SchemaOutcome Outcome, IReadOnlyList<DocumentFault> Faults)
{
    /// <summary>Named of one document.</summary>
    public const int FaultsMax = 20;

    public static SchemaVerdict Passed { get; } = new(SchemaOutcome.Passed, []);

    public static SchemaVerdict TooCostly { get; } = new(SchemaOutcome.TooCostly, [new DocumentFault("", "", "To judge this document by the schema would take too much work, or memory.")]);
}
