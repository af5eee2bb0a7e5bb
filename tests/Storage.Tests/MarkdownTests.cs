using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DocService.Storage.Tests;

/// <summary>Every page of the repository: its lines fit a screen, its links lead somewhere, what it names is there.</summary>
public sealed partial class MarkdownTests
{
    private const int LineMax = 139;

    private static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", "TestResults"];

    public static TheoryData<string> Pages => [.. Files("*.md").Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Lines_AreShort(string page) =>
        Assert.Empty(Lines(page)
            .Select((line, index) => (Number: index + 1, Text: line))
            .Where(line => line.Text.Length > LineMax && !Url().Matches(line.Text).Any(url => url.Length > LineMax))
            .Select(line => $"{page}:{line.Number} has {line.Text.Length} characters"));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_LeadToFilesAndHeadings(string page)
    {
        var dead = new List<string>();
        foreach (Match link in Link().Matches(CodeSpan().Replace(string.Join('\n', Prose(page)), "")))
        {
            string file = link.Groups["file"].Value;
            string target = file.Length == 0 ? page : Path.GetRelativePath(Root, Path.Combine(Root, Path.GetDirectoryName(page)!, file));
            string full = Path.Combine(Root, target);
            if (!File.Exists(full) && !Directory.Exists(full))
            {
                dead.Add($"{page}: {link.Value}: there is no {target}");
            }
            else if (link.Groups["anchor"] is { Success: true, Value: var anchor } && !Headings(target).Contains(anchor))
            {
                dead.Add($"{page}: {link.Value}: {target} has no such heading");
            }
        }

        Assert.Empty(dead);
    }

    /// <summary>A page that says which test shows something must not outlive the test's name.</summary>
    [Theory]
    [MemberData(nameof(Pages))]
    public void Names_OfFilesAndTests_AreThere(string page)
    {
        string[] files = [.. new[] { "*.cs", "*.sh" }.SelectMany(Files).Select(file => "/" + Path.GetRelativePath(Root, file))];
        var gone = new List<string>();
        foreach (Match span in CodeSpan().Matches(string.Join('\n', Prose(page))))
        {
            string name = span.Value.Trim('`').Replace("Api: ", "", StringComparison.Ordinal);
            if ((FileName().IsMatch(name) && !files.Any(file => file.EndsWith("/" + name, StringComparison.Ordinal)))
                || (TestName().IsMatch(name) && !TestNames.Value.Contains(name)))
            {
                gone.Add($"{page}: {name}");
            }
        }

        Assert.Empty(gone);
    }

    private static readonly Lazy<HashSet<string>> TestNames = new(() =>
        [.. Files("*.cs").SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(method => method.Groups[1].Value))]);

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(Root, file).Split('/').Any(part => part.StartsWith('.') || NotOurs.Contains(part)));

    private static string[] Lines(string page) => File.ReadAllLines(Path.Combine(Root, page));

    /// <summary>Without what stands in fences.</summary>
    private static IEnumerable<string> Prose(string page)
    {
        bool isCode = false;
        foreach (string line in Lines(page))
        {
            bool isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            isCode ^= isFence;
            if (!isCode && !isFence)
            {
                yield return line;
            }
        }
    }

    /// <summary>The anchors of a page, as GitHub makes them.</summary>
    private static IEnumerable<string> Headings(string page) =>
        Prose(page).Where(line => line.StartsWith('#'))
            .Select(line => NoAnchor().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string ThisFile([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"https?://[^\s)]+")]
    private static partial Regex Url();

    [GeneratedRegex(@"\]\((?!https?:|mailto:)(?<file>[^)#\s]*)(#(?<anchor>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`\n]+`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex(@"^[\w./-]+\.(cs|sh)$")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^(?!Unit_Scenario_)[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*_[A-Z][A-Za-z0-9_]+$")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\b(?:void|Task) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NoAnchor();
}
