using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DocService.Index.Tests;

/// <summary>Storage and queries know nothing of the index, and its rooms know only those below them.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>From the lowest up. What stands in the root is known to all, but for the follower itself, which is above them.</summary>
    private static readonly string[] Rooms = ["Families", "Rocks", "Rows", "History", "Declared", "Writing", "Reading", "Following", "Planning", "Finding", "Answering", "Feeding", "Tailing"];

    [Fact]
    public void Index_IsKnownToNeitherStorageNorQueries()
    {
        Assert.DoesNotContain(typeof(Storage.DocumentStore).Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "DocService.Index");
        Assert.DoesNotContain(typeof(Queries.Keys.KeyBytes).Assembly.GetReferencedAssemblies(), assembly => assembly.Name == "DocService.Index");
    }

    [Fact]
    public void Rooms_KnowOnlyThoseBelowThem()
    {
        string root = SourceRoot();
        var problems = new List<string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string[] folders = Path.GetRelativePath(root, file).Split('/')[..^1];
            if (folders.Length == 0 || folders.Contains("obj") || folders.Contains("bin"))
            {
                continue;
            }

            int room = Array.IndexOf(Rooms, folders[0]);
            Assert.True(room >= 0, $"{file} stands in a room that this test does not know");
            string text = File.ReadAllText(file);
            if (text.Contains("IndexFollower", StringComparison.Ordinal))
            {
                problems.Add($"{Path.GetRelativePath(root, file)} uses IndexFollower");
            }

            problems.AddRange(RoomUse().Matches(text).Where(use => Array.IndexOf(Rooms, use.Groups[1].Value) > room)
                .Select(use => $"{Path.GetRelativePath(root, file)} uses {use.Groups[1].Value}"));
        }

        Assert.Empty(problems);
    }

    [Fact]
    public void OnlyRocks_KnowsTheLibrary()
    {
        string root = SourceRoot();
        Assert.DoesNotContain(
            Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Where(file => !file.StartsWith(Path.Combine(root, "Rocks"), StringComparison.Ordinal)),
            file => File.ReadAllText(file).Contains("RocksNative", StringComparison.Ordinal));
    }

    private static string SourceRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "src", "Index"));

    [GeneratedRegex(@"DocService\.Index\.([A-Z]\w+)(?=[;.])")]
    private static partial Regex RoomUse();
}
