namespace DocService.Schemas;

/// <summary>How a document fares with a schema.</summary>
public enum SchemaOutcome
{
    /// <summary>Every keyword holds.</summary>
    Passed,

    /// <summary>Some keyword does not hold.</summary>
    Violated,

    /// <summary>It has a number that a decimal does not hold exactly, so that nothing could be said of it without rounding.</summary>
    NumberOutOfRange,

    /// <summary>Schema and document together take more work, or nest deeper, than one judgement may.</summary>
    TooCostly,
}
