using System.Text.Json.Nodes;
using DocService.Api.Problems;

namespace DocService.Api.Tests.OpenApi;

/// <summary>What every operation of the OpenAPI document must have, so that a new one cannot be added half described.</summary>
public sealed class OpenApiDocumentTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    private const string ProblemMediaType = "application/problem+json";
    private const string ExamplePrefix = "#/components/examples/";

    /// <summary>Problem types that no operation names, and why.</summary>
    private static readonly Dictionary<string, string> Unnamed = new()
    {
        ["method-not-allowed"] = "answers methods that are no operation",
        ["headers-too-large"] = "answered before there is an operation",
        ["misdirected-request"] = "answered before there is an operation",
        ["unknown-parameter"] = "answers queries that no operation has",
    };

    [Fact]
    public async Task Document_Version_Is31()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");

        Assert.StartsWith("3.1.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_Routes_AreAllDescribed()
    {
        string[] ids = [.. (await OperationsAsync()).Select(operation => operation.Id).Order(StringComparer.Ordinal)];

        foreach (string expected in new[] { "GetDocument", "HeadDocument", "PutDocument", "DeleteDocument", "DocumentOptions", "GetStatus", "GetLiveness", "GetReadiness", "GetProblems", "GetProblem", "GetIndex" })
        {
            Assert.Contains(expected, ids);
        }
    }

    [Fact]
    public async Task Document_Paths_HoldNoCatchAll() =>
        Assert.DoesNotContain("{**", (await ReadAsync("/openapi/v1.json")).ToJsonString(), StringComparison.Ordinal);

    [Fact]
    public async Task Document_OperationIds_AreUnique()
    {
        IReadOnlyList<Operation> operations = await OperationsAsync();

        Assert.Equal(operations.Count, operations.Select(operation => operation.Id).Distinct().Count());
        Assert.All(operations, operation => Assert.NotEmpty(operation.Id));
    }

    [Fact]
    public async Task Document_References_AllResolve()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");

        string[] references = [.. Members(document, "$ref").Select(node => node!.GetValue<string>()).Distinct()];
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(Follow(document, reference)));
    }

    [Fact]
    public async Task Operation_Each_HasSummaryDescriptionAndADescribedTag()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        string[] described = [.. document["tags"]!.AsArray().Where(tag => tag!["description"] is not null).Select(tag => tag!["name"]!.GetValue<string>())];

        Assert.All(await OperationsAsync(), operation =>
        {
            Assert.False(string.IsNullOrWhiteSpace(operation.Node["summary"]?.GetValue<string>()), $"{operation.Id} has no summary");
            Assert.False(string.IsNullOrWhiteSpace(operation.Node["description"]?.GetValue<string>()), $"{operation.Id} has no description");
            Assert.Contains(Assert.Single(operation.Node["tags"]!.AsArray())!.GetValue<string>(), described);
        });
    }

    [Fact]
    public async Task Operation_Each_HasASuccessAndDescribedAnswers() =>
        Assert.All(await OperationsAsync(), operation =>
        {
            Assert.Contains(operation.Responses, response => response.Status.StartsWith('2'));
            Assert.All(operation.Responses, response => Assert.False(string.IsNullOrWhiteSpace(response.Node["description"]?.GetValue<string>())));
        });

    /// <summary>A HEAD without parameters or fields of its own has nothing to show.</summary>
    [Fact]
    public async Task Operation_Each_HasAnExample() =>
        Assert.All((await OperationsAsync()).Where(operation => operation.Method != "head"), operation =>
            Assert.True(Members(operation.Node, "example").Concat(Members(operation.Node, "examples")).Any(), $"{operation.Id} has no example"));

    [Fact]
    public async Task Operation_Parameters_AllHaveDescriptionAndExample()
    {
        foreach (Operation operation in await OperationsAsync())
        {
            foreach (JsonNode? parameter in operation.Parameters)
            {
                Assert.NotNull(parameter!["description"]);
                Assert.True(parameter["example"] is not null || parameter["examples"] is not null, $"{operation.Id}: {parameter["name"]} has no example");
            }
        }
    }

    [Fact]
    public async Task Operation_OfADocument_RequiresTheId()
    {
        Operation[] operations = [.. (await OperationsAsync()).Where(operation => operation.Path == "/docs/{id}")];

        Assert.Equal(5, operations.Length);
        Assert.All(operations, operation =>
        {
            JsonNode id = Assert.Single(operation.Parameters, parameter => parameter!["name"]!.GetValue<string>() == "id")!;
            Assert.Equal("path", id["in"]!.GetValue<string>());
            Assert.True(id["required"]!.GetValue<bool>());
            Assert.Equal("string", id["schema"]!["type"]!.GetValue<string>());
            Assert.Equal("users/42", id["example"]!.GetValue<string>());
        });
    }

    [Fact]
    public async Task Operation_ErrorAnswers_AreProblemsWithExamplesOfTheirStatus()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        foreach (Operation operation in (await OperationsAsync()).Where(operation => operation.Method != "head"))
        {
            foreach ((string status, JsonNode response) in operation.Responses.Where(response => response.Status[0] is '4' or '5'))
            {
                (string mediaType, JsonNode? content) = Assert.Single(response["content"]!.AsObject());
                Assert.Equal(ProblemMediaType, mediaType);
                Assert.Equal("#/components/schemas/Problem", content!["schema"]!["$ref"]!.GetValue<string>());
                Assert.NotEmpty(content["examples"]!.AsObject());
                Assert.All(content["examples"]!.AsObject(), example =>
                {
                    JsonNode value = Follow(document, example.Value!["$ref"]!.GetValue<string>())!["value"]!;
                    Assert.Equal(status, value["status"]!.ToJsonString());
                });
            }
        }
    }

    [Fact]
    public async Task Operation_Head_HasTheAnswersOfItsGetWithoutBodies()
    {
        IReadOnlyList<Operation> operations = await OperationsAsync();

        foreach (Operation head in operations.Where(operation => operation.Method == "head"))
        {
            Operation get = operations.Single(operation => operation.Path == head.Path && operation.Method == "get");
            Assert.Equal(get.Responses.Select(response => response.Status), head.Responses.Select(response => response.Status));
            Assert.All(head.Responses, response => Assert.Null(response.Node["content"]));
        }
    }

    [Fact]
    public async Task ProblemTypes_All_AreNamedBySomeOperation()
    {
        HashSet<string> named = [.. (await OperationsAsync())
            .SelectMany(operation => Members(operation.Node, "$ref"))
            .Select(reference => reference!.GetValue<string>())
            .Where(reference => reference.StartsWith(ExamplePrefix, StringComparison.Ordinal))
            .Select(reference => reference[ExamplePrefix.Length..])];

        Assert.Equal(
            ProblemCatalogue.All.Select(type => type.Slug).Order(StringComparer.Ordinal),
            named.Concat(Unnamed.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ProblemExamples_All_AreOfTheirTypeWithMembersOfTheSchema()
    {
        JsonNode components = (await ReadAsync("/openapi/v1.json"))["components"]!;
        JsonObject known = components["schemas"]!["Problem"]!["properties"]!.AsObject();

        foreach (ProblemType type in ProblemCatalogue.All)
        {
            JsonObject value = components["examples"]![type.Slug]!["value"]!.AsObject();
            Assert.Equal(type.Uri, value["type"]!.GetValue<string>());
            Assert.Equal(type.Status, value["status"]!.GetValue<int>());
            Assert.All(value, member => Assert.True(known.ContainsKey(member.Key), $"{type.Slug}: the schema has no member {member.Key}"));
        }
    }

    [Theory]
    [InlineData("/status", "Status")]
    [InlineData("/healthz/live", "Liveness")]
    [InlineData("/healthz/ready", "Readiness")]
    [InlineData("/", "Index")]
    [InlineData("/problems/invalid-id", "ProblemType")]
    public async Task ServiceSchema_RealAnswer_HasItsMembersAndThoseOfTheExample(string path, string schemaName)
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        JsonNode schema = document["components"]!["schemas"]![schemaName]!;
        JsonNode answer = await ReadAsync(path);

        AssertSameMembers(schema, answer);
        JsonNode? example = (await OperationsAsync())
            .Where(operation => operation.Method == "get")
            .SelectMany(operation => Members(operation.Node, "application/json"))
            .First(content => content!["schema"]!["$ref"]?.GetValue<string>() == "#/components/schemas/" + schemaName)!["example"];
        AssertSameMembers(schema, example!);
    }

    private static void AssertSameMembers(JsonNode schema, JsonNode value)
    {
        if (schema["properties"] is not JsonObject properties)
        {
            return;
        }

        Assert.Equal(properties.Select(member => member.Key).Order(StringComparer.Ordinal), value.AsObject().Select(member => member.Key).Order(StringComparer.Ordinal));
        foreach ((string name, JsonNode? inner) in properties)
        {
            if (value[name] is { } member)
            {
                AssertSameMembers(inner!, member);
            }
        }
    }

    /// <summary>The values of all members of the name, however deep.</summary>
    private static IEnumerable<JsonNode?> Members(JsonNode? node, string name) => node switch
    {
        JsonObject parent => parent.SelectMany(member => member.Key == name ? [member.Value] : Members(member.Value, name)),
        JsonArray array => array.SelectMany(item => Members(item, name)),
        _ => [],
    };

    private static JsonNode? Follow(JsonNode document, string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name]);

    private async Task<JsonNode> ReadAsync(string path)
    {
        using HttpClient client = server.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
    }

    private async Task<IReadOnlyList<Operation>> OperationsAsync() =>
    [
        .. (await ReadAsync("/openapi/v1.json"))["paths"]!.AsObject().SelectMany(
            path => path.Value!.AsObject().Select(operation => new Operation(path.Key, operation.Key, operation.Value!))),
    ];

    private sealed record Operation(string Path, string Method, JsonNode Node)
    {
        public string Id => Node["operationId"]?.GetValue<string>() ?? string.Empty;

        public IReadOnlyList<JsonNode?> Parameters => Node["parameters"] is JsonArray parameters ? [.. parameters] : [];

        public IReadOnlyList<(string Status, JsonNode Node)> Responses =>
            [.. Node["responses"]!.AsObject().Select(response => (response.Key, response.Value!))];
    }
}
