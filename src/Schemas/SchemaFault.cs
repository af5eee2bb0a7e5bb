namespace DocService.Schemas;

/// <summary>What is wrong with a schema, for its author.</summary>
/// <param name="At">A JSON Pointer (RFC 6901) from the schema's root; empty for the whole.</param>
/// <param name="Detail">One or two plain sentences.</param>
public sealed record SchemaFault(string At, string Detail);
