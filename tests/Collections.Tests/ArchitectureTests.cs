using System.Reflection;

namespace DocService.Collections.Tests;

/// <summary>Neither the store nor its index nor queries know of collections.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData(typeof(DocumentStore))]
    [InlineData(typeof(Index.IndexFollower))]
    [InlineData(typeof(Queries.Filters.Filter))]
    public void Collections_AreKnownToNobodyBelow(Type below) =>
        Assert.DoesNotContain(below.Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "DocService.Collections");

    [Fact]
    public void Collections_KnowNoHttp() =>
        Assert.DoesNotContain(typeof(CollectionRules).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void Definitions_DoNotKnowHowUniqueValuesAreJudged()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        IEnumerable<Type> definitions = typeof(CollectionRules).Assembly.GetTypes().Where(type => type.Namespace == "DocService.Collections.Definitions");
        Assert.DoesNotContain(definitions.SelectMany(type => type.GetFields(All)), field => field.FieldType.Namespace == "DocService.Collections.Unique");
    }
}
