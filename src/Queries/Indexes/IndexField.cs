using DocService.Queries.Paths;

namespace DocService.Queries.Indexes;

public readonly record struct IndexField(DocumentPath Path, bool IsDescending = false);
