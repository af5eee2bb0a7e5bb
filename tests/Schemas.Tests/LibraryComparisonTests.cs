using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace DocService.Schemas.Tests;

/// <summary>JsonSchema.Net judges the same small documents by the same small schemas. It is slow and unbounded, and it is right about these.</summary>
public sealed class LibraryComparisonTests
{
    private const int Schemas = 200;
    private const int DocumentsOfEach = 8;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Verdicts_OfRandomSchemas_AreThoseOfTheLibrary(int seed)
    {
        var random = new Random(seed);
        int passed = 0;
        for (int number = 0; number < Schemas; number++)
        {
            var made = new RandomSchema(random);
            JsonNode schema = made.Schema();
            string text = schema.ToJsonString();
            DocumentSchema ours = Judging.Schema(text);
            JsonSchema library = JsonSchema.FromText(text, new BuildOptions { SchemaRegistry = new SchemaRegistry() });
            for (int document = 0; document < DocumentsOfEach; document++)
            {
                string body = made.Document(3);
                using JsonDocument parsed = JsonDocument.Parse(body);
                bool expected = library.Evaluate(parsed.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.Hierarchical }).IsValid;
                SchemaVerdict verdict = Judging.Judge(ours, body);

                Assert.True((verdict.Outcome == SchemaOutcome.Passed) == expected, $"seed {seed}, {(expected ? "passes" : "fails")} by the library: {body} by {text}");
                Assert.Equal(expected, verdict.Faults.Count == 0);
                passed += expected ? 1 : 0;
            }
        }

        Assert.InRange(passed, Schemas, (Schemas * DocumentsOfEach) - Schemas); // it means something
    }
}
