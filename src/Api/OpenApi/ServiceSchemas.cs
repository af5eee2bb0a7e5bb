using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace DocService.Api.OpenApi;

/// <summary>The schemas of what the service operations answer. All members are always there; a test compares them with real answers.</summary>
internal static class ServiceSchemas
{
    public const string Status = "Status";
    public const string Liveness = "Liveness";
    public const string Readiness = "Readiness";
    public const string Index = "Index";
    public const string ProblemType = "ProblemType";

    /// <summary>A body of the named schema, with an example in JSON.</summary>
    public static OpenApiMediaType Body(string name, string example) => new()
    {
        Schema = new OpenApiSchemaReference(name),
        Example = JsonNode.Parse(example),
    };

    /// <summary>Plain text with an example.</summary>
    public static OpenApiMediaType PlainText(string example) => new()
    {
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = example,
    };

    public static IEnumerable<KeyValuePair<string, IOpenApiSchema>> All() =>
    [
        new(Status, OfStatus()),
        new(Liveness, Members("The process answers.", ("status", Choice("Always 'live'.", "live")))),
        new(Readiness, Members(
            "The store serves.",
            ("status", Choice("'read-only' means that the disk is full: reads and deletes work.", "ready", "read-only")),
            ("reason", TextOrNull("Why it is not 'ready'; null when it is.")))),
        new(Index, Members(
            "Where everything is.",
            ("service", Text("Name of the service.")),
            ("version", Text("Version of the server.")),
            ("links", new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Paths to GET by what is there; a name in braces stands for a part to fill in.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
            }),
            ("actions", new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Methods with paths by what they do, for paths that have no GET.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
            }))),
        new(ProblemType, Members(
            "A kind of error answer.",
            ("type", Text("The 'type' of such problems, and the path of this explanation.")),
            ("title", Text("The kind in a few words.")),
            ("status", Integer("The HTTP status.")),
            ("explanation", Text("What it means and what a client can do.")))),
    ];

    private static OpenApiSchema OfStatus() => Members(
        "The store as it is at present.",
        ("state", Choice("'read-only': out of space, reads and deletes work. 'fenced': a sync failed, only reads work until a restart. 'damaged': nothing is served.", "ready", "read-only", "fenced", "damaged")),
        ("reason", TextOrNull("Why the state is not 'ready'; null when it is.")),
        ("appendedThrough", Integer("Every commit up to this sequence has been handed to the operating system.")),
        ("durableThrough", Integer("Every commit up to this sequence is durable, or was refused.")),
        ("filedThrough", Integer("Every commit up to this sequence stands in its own file, or was refused.")),
        ("pendingDocuments", Integer("Documents whose newest version stands in the journal only.")),
        ("journalBytes", Integer("Bytes of journal that hold unfiled commits.")),
        ("queuedCommits", Integer("Commits waiting for the journal's thread.")),
        ("syncRunningSeconds", new OpenApiSchema { Type = JsonSchemaType.Number, Description = "How long the journal's sync under way has been running; seconds mean a disk that hangs." }),
        ("filingObstacle", TextOrNull("Why filing does not get on at present; null when it does.")),
        ("recovery", new OpenApiSchema
        {
            Type = JsonSchemaType.Object | JsonSchemaType.Null,
            Description = "What this start found in the journal; null when that is damaged.",
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["records"] = Integer("Commits that were not yet filed."),
                ["discardedRecords"] = Integer("Intact records behind the end of the log, never acknowledged."),
                ["cleanStop"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "The last stop was a clean one." },
                ["end"] = Integer("Last commit of the log."),
            },
            Required = new HashSet<string>(["records", "discardedRecords", "cleanStop", "end"], StringComparer.Ordinal),
        }),
        ("storeId", new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid", Description = "Identity of the data directory, made at its first start." }),
        ("dataDirectory", Text("Full path of the data directory.")),
        ("firstStart", new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "Whether this start created the data directory's content." }),
        ("fileSystem", Members(
            "The filesystem under the data directory.",
            ("type", Text("Its type.")),
            ("mountOptions", Text("Its mount options, comma-separated.")),
            ("promise", Choice("The best durability level that it can keep.", "volatile", "buffered", "durable", "filed")),
            ("remark", TextOrNull("Why that is not the best level there is, or what is uncertain about it; null when nothing is.")),
            ("freeBytes", Integer("Bytes free.")),
            ("freeInodes", new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Description = "Files that can still be made; null where there is no limit." }))),
        ("version", Text("Version of the server.")));

    private static OpenApiSchema Members(string description, params (string Name, OpenApiSchema Schema)[] members) => new()
    {
        Type = JsonSchemaType.Object,
        Description = description,
        Required = members.Select(member => member.Name).ToHashSet(StringComparer.Ordinal),
        Properties = members.ToDictionary(member => member.Name, IOpenApiSchema (member) => member.Schema, StringComparer.Ordinal),
    };

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };

    private static OpenApiSchema TextOrNull(string description) => new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };

    private static OpenApiSchema Integer(string description) => new() { Type = JsonSchemaType.Integer, Format = "int64", Description = description };

    private static OpenApiSchema Choice(string description, params string[] values) => new()
    {
        Type = JsonSchemaType.String,
        Description = description,
        Enum = [.. values.Select(value => (JsonNode)JsonValue.Create(value))],
    };
}
