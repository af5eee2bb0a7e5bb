namespace DocService.Schemas;

/// <summary>One thing that is wrong with a document.</summary>
/// <param name="Instance">A JSON Pointer (RFC 6901) into the document; null where it would be longer than <see cref="PointerMax"/>.</param>
/// <param name="Schema">A JSON Pointer into the schema, to the keyword that does not hold; null likewise.</param>
/// <param name="Detail">In plain words.</param>
public sealed record DocumentFault(string? Instance, string? Schema, string Detail)
{
    /// <summary>Characters: names in documents can be megabytes long, and answers should not be.</summary>
    public const int PointerMax = 500;
}
