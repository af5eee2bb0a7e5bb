namespace DocService.Postgres.Tests;

/// <summary>The engine stands beside the others: it knows the store's contract and what searches read from, and nobody but the program knows it.</summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Postgres_KnowsStorageAndIndexAlone() => Assert.Equal(
        ["DocService.Index", "DocService.Storage"],
        typeof(PostgresStore).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).Where(name => name.StartsWith("DocService", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void Index_KnowsNoDatabase() =>
        Assert.DoesNotContain(typeof(Index.IndexQueries).Assembly.GetReferencedAssemblies(), assembly => assembly.Name is "DocService.Postgres" or "Npgsql");

    [Fact]
    public void Postgres_KnowsNoHttp() =>
        Assert.DoesNotContain(typeof(PostgresStore).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void Storage_KnowsNoDatabase() =>
        Assert.DoesNotContain(typeof(DocumentStore).Assembly.GetReferencedAssemblies(), assembly => assembly.Name is "DocService.Postgres" or "Npgsql");
}
