namespace DocService.Schemas;

/// <summary>What a schema may hold at most, beside what its collection's definition may.</summary>
public static class SchemaLimits
{
    /// <summary>Different ones.</summary>
    public const int PatternsMax = 100;

    /// <summary>Names in one list.</summary>
    public const int NamesMax = 1000;
}
