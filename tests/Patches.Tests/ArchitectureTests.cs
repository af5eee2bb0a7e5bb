namespace DocService.Patches.Tests;

/// <summary>Neither the store nor queries know of patches, and patches know no HTTP.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData(typeof(DocumentKey))]
    [InlineData(typeof(Queries.Numbers.JsonNumbers))]
    public void Patches_AreKnownToNobodyBelow(Type below) =>
        Assert.DoesNotContain(below.Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "DocService.Patches");

    [Fact]
    public void Patches_KnowNoHttp() =>
        Assert.DoesNotContain(typeof(DocumentPatch).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
}
