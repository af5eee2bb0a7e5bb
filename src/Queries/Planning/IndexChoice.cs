using DocService.Queries.Indexes;

namespace DocService.Queries.Planning;

/// <summary>An index that covers all documents of the query's scope, is ready, and is none of words.</summary>
/// <param name="Definition">What it holds.</param>
/// <param name="Traits">What it has met, as of the snapshot that the query reads.</param>
public readonly record struct IndexChoice(IndexDefinition Definition, IndexTraits Traits);
