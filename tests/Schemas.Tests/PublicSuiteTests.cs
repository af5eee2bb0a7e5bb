using System.Text;
using System.Text.Json;
using Xunit.Abstractions;

namespace DocService.Schemas.Tests;

/// <summary>The public JSON Schema Test Suite for draft 2020-12, optional parts included. Where we differ, Suite/deviations.txt says it, and why.</summary>
public sealed class PublicSuiteTests(ITestOutputHelper output)
{
    [Fact]
    public void Suite_EveryCase_IsJudgedAsItSaysOrAsWeSay()
    {
        var deviations = new List<string>();
        int cases = 0;
        foreach (string line in Lines("draft2020-12.jsonl"))
        {
            using JsonDocument group = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 1000 });
            string name = $"{group.RootElement.GetProperty("file").GetString()}: {group.RootElement.GetProperty("description").GetString()}";
            DocumentSchema? schema = DocumentSchema.Parse(group.RootElement.GetProperty("schema"), out _);
            if (schema is null)
            {
                deviations.Add(name);
            }

            foreach (JsonElement test in group.RootElement.GetProperty("tests").EnumerateArray())
            {
                cases++;
                if (schema is not null && !IsAsSaid(schema, test))
                {
                    deviations.Add($"{name}: {test.GetProperty("description").GetString()}");
                }
            }
        }

        output.WriteLine($"{cases} cases; we differ in these:\n{string.Join('\n', deviations.Order(StringComparer.Ordinal))}");
        Assert.Equal(Lines("deviations.txt").Where(line => line.Length > 0 && line[0] != '#').Order(StringComparer.Ordinal), deviations.Order(StringComparer.Ordinal));
    }

    private static bool IsAsSaid(DocumentSchema schema, JsonElement test)
    {
        byte[] body = Encoding.UTF8.GetBytes(test.GetProperty("data").GetRawText());
        SchemaOutcome outcome = schema.Judge(body, budget: null, DocumentSchema.WorkOf(body.Length)).Outcome;
        return outcome == (test.GetProperty("valid").GetBoolean() ? SchemaOutcome.Passed : SchemaOutcome.Violated);
    }

    private static IEnumerable<string> Lines(string name)
    {
        using Stream stream = typeof(PublicSuiteTests).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
