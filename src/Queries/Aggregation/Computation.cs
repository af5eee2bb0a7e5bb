using DocService.Queries.Paths;

namespace DocService.Queries.Aggregation;

/// <param name="Name">What its author calls the result.</param>
/// <param name="Operation">What is computed.</param>
/// <param name="Path">Of which value; null: of the documents themselves, which are counted.</param>
public readonly record struct Computation(string Name, Operation Operation, DocumentPath? Path);
