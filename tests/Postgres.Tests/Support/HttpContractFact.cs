#pragma warning disable IDE0130 // The tests of what HTTP promises find these attributes, because they stand in their namespace.

using DocService.Postgres.Tests.Support;

namespace DocService.Contract.Tests;

/// <summary>In place of xunit's own in the tests of what HTTP promises, which need a server here.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactAttribute : Xunit.FactAttribute
{
    public FactAttribute() => Skip = PostgresServer.Lacking;
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryAttribute : Xunit.TheoryAttribute
{
    public TheoryAttribute() => Skip = PostgresServer.Lacking;
}
