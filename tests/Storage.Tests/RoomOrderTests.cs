using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using DocService.Storage.Engine;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;

namespace DocService.Storage.Tests;

/// <summary>
/// Who knows whom among the rooms inside Engine and Journal, read from the compiled code: unlike the text of a file it
/// also names what needs no using. Constants leave no trace in it; for those ArchitectureTests reads the sources.
/// </summary>
public sealed class RoomOrderTests
{
    private const string Root = "DocService.Storage.";

    /// <summary>From the lowest up: a room uses those before it.</summary>
    private static readonly string[] Order =
    [
        "Journal.Format", "Journal.Marks", "Journal.Segments", "Journal.Writing", "Journal.Reading",
        "Engine.Health", "Engine.Locks", "Engine.Caching", "Engine.Versions", "Engine.Opening", "Engine.Requests.Files", "Engine.Requests", "Engine.Following", "Engine.Space", "Engine.Blocking", "Engine.Filing", "Engine.Recovery", "Engine.Scrubbing", "Engine.Snapshots", "Engine.Backups",
        "Engine.Committing", "Engine.Checks", "Engine",
    ];

    private static readonly Architecture Storage = new ArchLoader().LoadAssemblies(typeof(DocumentStore).Assembly).Build();

    [Fact]
    public void Rooms_InsideEngineAndJournal_UseOnlyThoseBelowThem()
    {
        SortedDictionary<string, SortedSet<string>> arrows = Arrows();

        Assert.All(arrows.Keys.SelectMany(arrow => arrow.Split(" → ")), room => Assert.Contains(room, Order));
        string[] back = [.. arrows.Where(arrow => PointsBack(arrow.Key)).Select(arrow => arrow.Key)];
        Assert.Empty(back.Select(arrow => $"{arrow}: {string.Join(", ", arrows[arrow])}"));
    }

    [Fact]
    public void Rooms_DoNotKnowTheStore()
    {
        string[] users = [.. Storage.Types
            .Where(type => type.Namespace.FullName != Root.TrimEnd('.') && type.Dependencies.Any(use => use.Target.FullName == typeof(DocumentStore).FullName))
            .Select(type => type.FullName)];
        Assert.Empty(users);
    }

    /// <summary>It finds versions that have ended too, and one class judges them. The engine makes both.</summary>
    [Fact]
    public void DocumentLookup_IsAskedThroughPresentDocumentsAlone()
    {
        string[] users = [.. Storage.Types
            .Where(type => !type.FullName.StartsWith(typeof(DocumentLookup).FullName!, StringComparison.Ordinal) && type.Dependencies.Any(use => use.Target.FullName == typeof(DocumentLookup).FullName))
            .Select(type => type.Name.Split('+')[0]).Distinct().Order()];

        Assert.Equal([nameof(PresentDocuments), nameof(StoreEngine)], users);
    }

    /// <summary>Between rooms of Engine and Journal, with the types that make each arrow.</summary>
    private static SortedDictionary<string, SortedSet<string>> Arrows()
    {
        var arrows = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (IType type in Storage.Types)
        {
            foreach (IType used in type.Dependencies.Select(use => use.Target))
            {
                if (RoomOf(type) is { } from && RoomOf(used) is { } to && from != to)
                {
                    string arrow = $"{from} → {to}";
                    arrows.TryAdd(arrow, new SortedSet<string>(StringComparer.Ordinal));
                    arrows[arrow].Add($"{type.Name} uses {used.Name}");
                }
            }
        }

        return arrows;
    }

    private static bool PointsBack(string arrow)
    {
        string[] rooms = arrow.Split(" → ");
        return Array.IndexOf(Order, rooms[0]) < Array.IndexOf(Order, rooms[1]);
    }

    private static string? RoomOf(IType type)
    {
        string name = type.Namespace?.FullName ?? string.Empty;
        return name.StartsWith(Root + "Engine", StringComparison.Ordinal) || name.StartsWith(Root + "Journal", StringComparison.Ordinal) ? name[Root.Length..] : null;
    }
}
