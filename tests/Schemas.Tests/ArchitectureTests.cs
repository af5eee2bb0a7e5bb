namespace DocService.Schemas.Tests;

/// <summary>The store knows no schemas, and schemas know no HTTP.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Schemas_AreKnownToNobodyBelow() =>
        Assert.DoesNotContain(typeof(DocumentKey).Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "DocService.Schemas");

    [Fact]
    public void Schemas_KnowNeitherHttpNorCollections() =>
        Assert.DoesNotContain(
            typeof(DocumentSchema).Assembly.GetReferencedAssemblies(),
            assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || assembly.Name is "DocService.Collections" or "DocService.Index" or "DocService.Api");
}
