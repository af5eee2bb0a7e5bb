using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DocService.Queries.Keys;

namespace DocService.Queries.Tests;

/// <summary>Queries stands alone, and its rooms know only those below them.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>From the lowest up. The root's limit and faults are known to all.</summary>
    private static readonly string[] Rooms = ["Numbers", "Keys", "Paths", "Filters", "Ordering", "Selection", "Aggregation", "Indexes", "Planning", "Words"];

    [Fact]
    public void Queries_KnowsOnlyTheBaseLibrary() =>
        Assert.All(typeof(KeyBytes).Assembly.GetReferencedAssemblies(), assembly => Assert.StartsWith("System.", assembly.Name, StringComparison.Ordinal));

    [Fact]
    public void Rooms_KnowOnlyThoseBelowThem()
    {
        string root = SourceRoot();
        var problems = new List<string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string[] folders = Path.GetRelativePath(root, file).Split('/')[..^1];
            if (folders.Contains("obj") || folders.Contains("bin"))
            {
                continue;
            }

            int room = folders.Length == 0 ? -1 : Array.IndexOf(Rooms, folders[0]);
            Assert.True(folders.Length == 0 || room >= 0, $"{file} stands in a room that this test does not know");
            foreach (Match use in RoomUse().Matches(File.ReadAllText(file)))
            {
                if (Array.IndexOf(Rooms, use.Groups[1].Value) > room)
                {
                    problems.Add($"{Path.GetRelativePath(root, file)} uses {use.Groups[1].Value}");
                }
            }
        }

        Assert.Empty(problems);
    }

    private static string SourceRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "src", "Queries"));

    [GeneratedRegex(@"DocService\.Queries\.([A-Z]\w+)(?=[;.])")]
    private static partial Regex RoomUse();
}
