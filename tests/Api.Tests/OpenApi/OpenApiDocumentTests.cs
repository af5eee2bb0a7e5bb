using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DocService.Api.Problems;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

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
        ["target-too-long"] = "answered before there is an operation",
        ["http-version-not-supported"] = "answered before there is an operation",
        ["not-on-this-engine"] = "answered in place of operations by an engine that lacks them",
        ["misdirected-request"] = "answered before there is an operation",
    };

    [Fact]
    public async Task Document_Version_Is31()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");

        Assert.StartsWith("3.1.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Every route but those of the description itself, and nothing else. HEAD is described where it says something of its own: of
    /// documents. OpenAPI 3.1 knows no method QUERY; POST /query, which is the same, is described.
    /// </summary>
    [Fact]
    public async Task Document_Operations_AreTheRoutes()
    {
        IEnumerable<string> routes = server.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            .Where(endpoint => !endpoint.RoutePattern.RawText!.StartsWith("/openapi/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}"))
            .Where(route => !route.StartsWith("HEAD ", StringComparison.Ordinal) || route == "HEAD /docs/{id}")
            .Where(route => route != "QUERY /docs");
        IEnumerable<string> described = (await OperationsAsync()).Select(operation => $"{operation.Method.ToUpperInvariant()} {operation.Path}");

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    /// <summary>As they are shown: what a newcomer tries first stands first.</summary>
    [Fact]
    public async Task Document_Order_IsDocumentsThenBatchAndHeadLast()
    {
        IReadOnlyList<Operation> operations = await OperationsAsync();

        Assert.Equal(
            ["GetDocument", "PutDocument", "PatchDocument", "DeleteDocument", "DocumentOptions", "HeadDocument", "PostBatch", "ListDocuments", "PostDocument", "DeleteDocuments", "ListOptions", "Import", "GetImport", "PostQuery", "ListCollections"],
            operations.Take(15).Select(operation => operation.Id));
    }

    [Fact]
    public async Task Document_Server_IsThePathItCameFrom() =>
        Assert.Equal("""[{"url":"/"}]""", (await ReadAsync("/openapi/v1.json"))["servers"]!.ToJsonString());

    /// <summary>A generated client waits for a body that is described; only Prefer brings one.</summary>
    [Fact]
    public async Task Put_Successes_DescribeNoBody()
    {
        Operation put = (await OperationsAsync()).Single(operation => operation.Id == "PutDocument");

        Assert.All(put.Responses.Where(response => response.Status[0] == '2'), response => Assert.Null(response.Node["content"]));
    }

    [Fact]
    public async Task Batch_RequestAndSuccesses_AreSchemasWithMembers()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        Operation batch = (await OperationsAsync()).Single(operation => operation.Id == "PostBatch");
        JsonNode[] bodies = [batch.Node["requestBody"]!, .. batch.Responses.Where(response => response.Status[0] == '2').Select(response => response.Node)];

        Assert.Equal(3, bodies.Length);
        Assert.All(bodies, body =>
        {
            JsonNode content = body["content"]!["application/json"]!;
            AssertSameMembers(Follow(document, content["schema"]!["$ref"]!.GetValue<string>())!, content["example"]!);
        });
    }

    [Fact]
    public async Task DigestExample_IsThatOfTheExampleObjectAsSwaggerUiSendsIt()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        string text = Follow(document, "#/paths/~1docs~1{id}/put/requestBody/content/application~1json/examples/object/value")!
            .ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" });
        string digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}:";

        JsonNode components = document["components"]!;
        Assert.Equal(digest, components["parameters"]!["ContentDigest"]!["examples"]!["sha-256"]!["value"]!.GetValue<string>());
        Assert.Equal(digest, components["headers"]!["ReprDigest"]!["example"]!.GetValue<string>());
        Assert.Equal(Encoding.UTF8.GetByteCount(text), components["headers"]!["ContentLength"]!["example"]!.GetValue<int>());
    }

    [Fact]
    public async Task Document_Paths_HoldNoCatchAll() =>
        Assert.DoesNotContain("{**", (await ReadAsync("/openapi/v1.json")).ToJsonString(), StringComparison.Ordinal);

    /// <summary>In the file an unquoted comma ends a description, and what is behind it becomes a name.</summary>
    [Fact]
    public async Task Document_Names_HoldNoSentences() =>
        Assert.DoesNotContain(Names(await ReadAsync("/openapi/v1.json")), name => name.Contains(' ', StringComparison.Ordinal));

    [Fact]
    public async Task SwaggerUi_Page_HasThePluginThatShowsRawText()
    {
        using HttpClient client = server.CreateClient();
        string page = await client.GetStringAsync(new Uri("/swagger/index.html", UriKind.Relative));
        string script = await client.GetStringAsync(new Uri("/swagger/index.js", UriKind.Relative));

        Assert.Contains("window.RawText =", page, StringComparison.Ordinal);
        Assert.Contains("\"plugins\":[\"RawText\"]", script, StringComparison.Ordinal);
        Assert.Contains("\"deepLinking\":true", script, StringComparison.Ordinal);
    }

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
            foreach (JsonNode parameter in operation.Parameters)
            {
                Assert.NotNull(parameter["description"]);
                Assert.True(parameter["example"] is not null || parameter["examples"] is not null, $"{operation.Id}: {parameter["name"]} has no example");
            }
        }
    }

    [Fact]
    public async Task Operation_OfADocument_RequiresTheId()
    {
        Operation[] operations = [.. (await OperationsAsync()).Where(operation => operation.Path == "/docs/{id}")];

        Assert.Equal(6, operations.Length);
        Assert.All(operations, operation =>
        {
            JsonNode id = Assert.Single(operation.Parameters, parameter => parameter["name"]!.GetValue<string>() == "id");
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

        foreach (ProblemType type in ProblemCatalogue.All.Where(type => !Unnamed.ContainsKey(type.Slug)))
        {
            JsonObject value = components["examples"]![type.Slug]!["value"]!.AsObject();
            Assert.Equal(type.Uri, value["type"]!.GetValue<string>());
            Assert.Equal(type.Title, value["title"]!.GetValue<string>());
            Assert.Equal(type.Status, value["status"]!.GetValue<int>());
            Assert.All(value, member => Assert.True(known.ContainsKey(member.Key), $"{type.Slug}: the schema has no member {member.Key}"));
        }
    }

    [Theory]
    [InlineData("invalid-json", "a", "{\"a\":1,\n \"a\":2}", null, null)]
    [InlineData("invalid-id", "a%01", "1", null, null)]
    [InlineData("digest-mismatch", "a", "1", "Content-Digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:")]
    [InlineData("precondition-failed", "a", "1", "If-Match", "\"17\"")]
    [InlineData("payload-too-large", "a", null, null, null)]
    public async Task ProblemExample_RealAnswer_HasTheSameMembers(string slug, string id, string? body, string? field, string? value)
    {
        using HttpClient client = server.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("/docs/" + id, UriKind.Relative));
        request.Content = new StringContent(body ?? new string(' ', 20_000_000), Encoding.UTF8, "application/json");
        if (field is not null)
        {
            request.Headers.Add(field, value);
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        JsonObject answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
        JsonNode example = (await ReadAsync("/openapi/v1.json"))["components"]!["examples"]![slug]!["value"]!;
        Assert.Equal("/problems/" + slug, answer["type"]!.GetValue<string>());
        Assert.Equal(answer.Select(member => member.Key), example.AsObject().Select(member => member.Key));
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

    private static IEnumerable<string> Names(JsonNode? node) => node switch
    {
        JsonObject parent => parent.SelectMany(member => Names(member.Value).Prepend(member.Key)),
        JsonArray array => array.SelectMany(Names),
        _ => [],
    };

    private static JsonNode? Follow(JsonNode document, string reference) =>
        reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, name) => node?[name.Replace("~1", "/", StringComparison.Ordinal)]);

    private async Task<JsonNode> ReadAsync(string path)
    {
        using HttpClient client = server.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(path, UriKind.Relative)))!;
    }

    private async Task<IReadOnlyList<Operation>> OperationsAsync()
    {
        JsonNode document = await ReadAsync("/openapi/v1.json");
        return
        [
            .. from path in document["paths"]!.AsObject()
               from member in path.Value!.AsObject()
               let parameters = Items(member.Value!["parameters"])
               select new Operation(path.Key, member.Key, member.Value!, [.. parameters.Select(parameter => Resolve(document, parameter))]),
        ];
    }

    private static IEnumerable<JsonNode> Items(JsonNode? array) => array is null ? [] : array.AsArray().Select(item => item!);

    private static JsonNode Resolve(JsonNode document, JsonNode node) =>
        node["$ref"] is { } reference ? Follow(document, reference.GetValue<string>())! : node;

    private sealed record Operation(string Path, string Method, JsonNode Node, IReadOnlyList<JsonNode> Parameters)
    {
        public string Id => Node["operationId"]?.GetValue<string>() ?? string.Empty;

        public IReadOnlyList<(string Status, JsonNode Node)> Responses =>
            [.. Node["responses"]!.AsObject().Select(response => (response.Key, response.Value!))];
    }
}
