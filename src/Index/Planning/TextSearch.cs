using DocService.Index.Declared;
using DocService.Queries.Words;

namespace DocService.Index.Planning;

/// <summary>Words to search for, and where.</summary>
/// <param name="Index">A text index that all ids of the query's prefix belong to.</param>
/// <param name="Words">All of them must occur.</param>
public sealed record TextSearch(DeclaredIndex Index, TextQuery Words);
