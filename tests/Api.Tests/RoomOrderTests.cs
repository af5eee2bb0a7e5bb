using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using DocService.Storage;

namespace DocService.Api.Tests;

/// <summary>Who knows whom among the rooms of Api, and what Api knows of the store, read from the compiled code.</summary>
public sealed class RoomOrderTests
{
    private static readonly Architecture All = new ArchLoader()
        .LoadAssemblies(typeof(Program).Assembly, typeof(DocumentStore).Assembly)
        .Build();

    [Fact]
    public void Rooms_OfApi_AreFreeOfCycles()
    {
        SliceRule rule = SliceRuleDefinition.Slices().Matching("DocService.Api.(*)").Should().BeFreeOfCycles();

        Assert.Empty(rule.Evaluate(All).Where(result => !result.Passed).Select(result => result.Description));
    }

    [Fact]
    public void Api_UsesOnlyWhatTheStoreShowsToAll() =>
        Assert.Empty(Uses("DocService.Api", "DocService.Storage").Where(use => use.Target.Visibility != Visibility.Public).Select(Text));

    private static IEnumerable<ITypeDependency> Uses(string user, string used) =>
        All.Types.Where(type => IsIn(type, user)).SelectMany(type => type.Dependencies).Where(use => IsIn(use.Target, used));

    private static bool IsIn(IType type, string assembly) => $"{type.Namespace?.FullName}.".StartsWith(assembly + ".", StringComparison.Ordinal);

    private static string Text(ITypeDependency use) => $"{use.Origin.FullName} uses {use.Target.FullName}";
}
