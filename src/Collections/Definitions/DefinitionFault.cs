namespace DocService.Collections.Definitions;

/// <summary>What is wrong with a definition, for its author.</summary>
/// <param name="At">A JSON Pointer (RFC 6901) to the fault; empty for the whole.</param>
/// <param name="Detail">One or two plain sentences.</param>
public sealed record DefinitionFault(string At, string Detail);
