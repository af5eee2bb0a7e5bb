using System.Text.Json;

namespace DocService.Patches.Tests;

/// <summary>The public suite json-patch-tests, where it is there: in shared/suites beside or above the repository.</summary>
public sealed class PublicSuiteTests
{
    /// <summary>Cases that the suite itself has disabled, and our reading of them: the document may be a scalar; a member twice is not strict JSON, which is refused before a patch is made of it.</summary>
    private static bool IsNamedTwice(string comment) => comment is "duplicate ops" or "A.13 Invalid JSON Patch Document";

    [SuiteTheory]
    [InlineData("spec_tests.json")]
    [InlineData("tests.json")]
    public void Apply_EveryCase_AsTheSuiteSays(string file)
    {
        using var suite = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SuiteTheoryAttribute.Folder!, file)));
        int judged = 0;
        foreach (JsonElement one in suite.RootElement.EnumerateArray())
        {
            string comment = one.TryGetProperty("comment", out JsonElement said) ? said.GetString()! : one.GetRawText();
            if (!one.TryGetProperty("patch", out JsonElement patch) || IsNamedTwice(comment))
            {
                continue;
            }

            (string? text, PatchFault? fault) = Patching.Json(one.GetProperty("doc").GetRawText(), patch.GetRawText());
            Assert.True(one.TryGetProperty("error", out _) == (text is null), $"{comment}: {text ?? fault!.Reason}");
            Assert.True(!one.TryGetProperty("expected", out JsonElement expected) || RandomJson.Same(text!, expected.GetRawText()), $"{comment}: {text}");
            judged++;
        }

        Assert.InRange(judged, 15, 1000);
    }
}

/// <summary>Skipped, with the reason, where the suite is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SuiteTheoryAttribute : TheoryAttribute
{
    public SuiteTheoryAttribute() => Skip = Folder is null ? "The public suite json-patch-tests is not there (shared/suites/json-patch)." : null;

    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string suite = Path.Combine(folder, "shared", "suites", "json-patch");
            if (Directory.Exists(suite))
            {
                return suite;
            }
        }

        return null;
    }
}
