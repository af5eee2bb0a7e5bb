using DocService.Queries.Paths;

namespace DocService.Queries.Ordering;

public readonly record struct SortField(DocumentPath Path, bool IsDescending);
