#pragma warning disable IDE0130 // The contract's tests find these attributes, because they stand in their namespace.

using DocService.Postgres.Tests.Support;

namespace DocService.Storage.Tests.Contract;

/// <summary>In place of xunit's own in the contract's tests, which need a server here.</summary>
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
