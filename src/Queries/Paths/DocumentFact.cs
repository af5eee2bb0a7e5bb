namespace DocService.Queries.Paths;

/// <summary>What the store knows of a document beside its body; as paths <c>$id</c>, <c>$version</c> and so on.</summary>
public enum DocumentFact
{
    Id,
    Version,
    Created,
    Modified,
    Length,
    Type,
}
