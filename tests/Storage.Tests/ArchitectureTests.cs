using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DocService.Storage.Tests;

/// <summary>HTTP → store → journal → files: who may know whom, read from the sources, which show constants too; RoomOrderTests reads the rest from the compiled code.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        // The root folder is the store that ties the rooms together; with the public rooms it is the public surface.
        [""] = ["Engine", "Journal", "Documents", "Io", "Threading"],
        // What is done to a directory that no server holds; public as the store is, on rooms that nobody else sees.
        ["Maintenance"] = ["Engine", "Io", "Threading"],
        ["Engine"] = ["Journal", "Documents", "Io", "Threading"],
        ["Journal"] = ["Io", "Threading"],
        ["Documents"] = ["Io", "Threading"],
        ["Io"] = ["Threading"],
        ["Threading"] = [],
    };

    /// <summary>Values, reports, exceptions and the memory of bodies, which users of the store see too; every room may use them.</summary>
    private static readonly string[] PublicRooms = ["Model", "Reports", "Failures", "Requests", "Rules", "Followers", "Memory", "Clock"];

    [Fact]
    public void StorageRooms_KnowOnlyTheRoomsBelowThem()
    {
        string root = Path.Combine(SourceRoot(), "Storage");
        var problems = new List<string>();
        foreach (string file in Sources(root))
        {
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
            string room = folder == "." ? "" : folder.Split('/')[0];
            if (PublicRooms.Contains(room))
            {
                Assert.All(RoomUse().Matches(File.ReadAllText(file)), use => Assert.Contains(use.Groups[1].Value, PublicRooms));
                continue;
            }

            Assert.True(MayUse.ContainsKey(room), $"{folder} is a room that this test does not know");
            foreach (Match use in RoomUse().Matches(File.ReadAllText(file)))
            {
                string used = use.Groups[1].Value;
                if (MayUse.ContainsKey(used) && used != room && !MayUse[room].Contains(used))
                {
                    problems.Add($"{Path.GetRelativePath(root, file)} uses {used}");
                }
            }
        }

        Assert.Empty(problems);
    }

    [Fact]
    public void Storage_KnowsNothingOfHttp()
    {
        Assert.DoesNotContain(
            typeof(DocumentStore).Assembly.GetReferencedAssemblies(),
            assembly => assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    /// <summary>The framework's own sources and meters tell whoever listens; who that is, Api alone knows.</summary>
    [Fact]
    public void OnlyApi_KnowsOpenTelemetry() =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(SourceRoot(), "*.csproj", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "Api.csproj"),
            file => File.ReadAllText(file).Contains("OpenTelemetry", StringComparison.Ordinal));

    [Fact]
    public void Api_KnowsOnlyTheStoresPublicFolders()
    {
        string root = Path.Combine(SourceRoot(), "Api");
        Assert.NotEmpty(Sources(root));
        Assert.DoesNotContain(Sources(root), file => RoomUse().Matches(File.ReadAllText(file)).Any(use => use.Groups[1].Value != "Maintenance" && !PublicRooms.Contains(use.Groups[1].Value)));
    }

    [Fact]
    public void Proof_SharesNothingWithTheStoreItJudges()
    {
        string root = Path.Combine(SourceRoot(), "Proof");
        Assert.NotEmpty(Sources(root));
        Assert.DoesNotContain(Sources(root), file => File.ReadAllText(file) is var text && (text.Contains("DocService.Storage", StringComparison.Ordinal) || text.Contains("DocService.Api", StringComparison.Ordinal)));
    }

    [Fact]
    public void Proof_IsKnownToItsCommandAlone()
    {
        string root = Path.Combine(SourceRoot(), "Api");
        string[] users = [.. Sources(root).Where(file => File.ReadAllText(file).Contains("DocService.Proof", StringComparison.Ordinal)).Select(file => Path.GetFileName(file))];
        Assert.Equal(["CrashTestCommand.cs"], users);
    }

    [Fact]
    public void OnlyIo_TouchesTheOperatingSystem()
    {
        string root = Path.Combine(SourceRoot(), "Storage");
        Assert.DoesNotContain(
            Sources(root).Where(file => !file.Contains("/Io/", StringComparison.Ordinal)),
            file => SystemUse().IsMatch(File.ReadAllText(file)));
    }

    /// <summary>What waits, wakes or starts a thread in another way is out of the seeded scheduler's sight, and no seed would be a replay.</summary>
    [Fact]
    public void OnlyThreading_StartsParksAndWakesThreads()
    {
        string root = Path.Combine(SourceRoot(), "Storage");
        Assert.Empty(
            Sources(root).Where(file => !file.Contains("/Threading/", StringComparison.Ordinal))
                .SelectMany(file => SchedulerUse().Matches(File.ReadAllText(file)).Select(use => $"{Path.GetRelativePath(root, file)} uses {use.Value}")));
    }

    private static IEnumerable<string> Sources(string root) =>
        Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    private static string SourceRoot([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "src"));

    [GeneratedRegex(@"DocService\.Storage\.([A-Z]\w+)(?=[;.])")]
    private static partial Regex RoomUse();

    [GeneratedRegex(@"LibraryImport|DllImport|new FileStream|(?<![\w.])(File|Directory|FileInfo|DirectoryInfo|RandomAccess)\.[A-Z]\w+\(")]
    private static partial Regex SystemUse();

    [GeneratedRegex(@"Monitor\.(Wait|Pulse)|new Thread\(|ThreadPool\.|Task\.Run\(|RunContinuationsAsynchronously|SemaphoreSlim|ResetEvent|BlockingCollection|SpinWait|Parallel\.")]
    private static partial Regex SchedulerUse();
}
