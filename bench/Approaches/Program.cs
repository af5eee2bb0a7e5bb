using System.Globalization;
using DocService.Approaches;

const string Usage = """
    usage: Approaches make FILE USERS [BYTES]                     writes users as JSON lines, of 150 bytes or so many
           Approaches load ADDRESS USERS [BYTES [EVERY EDITION]]  writes the same users, or each so many-th, to a DocService
           Approaches serve APPROACH FILE PORT [DATABASE]         GET /users/{id} and GET /users?email=ADDRESS on 127.0.0.1
    approaches: scan, map, sorted, sqlite, postgresql (DATABASE: its connection string)
    """;

switch (args)
{
    case ["make", var file, var users, .. var rest]:
        UserFile.Write(file, Number(users), NumberAt(rest, 0, UserFile.UserBytes));
        return 0;
    case ["load", var address, var users, .. var rest]:
        await BatchLoad.RunAsync(new Uri(address), Number(users), NumberAt(rest, 0, UserFile.UserBytes), NumberAt(rest, 1, 1), NumberAt(rest, 2, 0));
        return 0;
    case ["serve", var approach, var file, var port, .. var rest] when Open(approach, file, rest) is { } lookup:
        using (lookup)
        {
            Serve(lookup, port);
        }

        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int NumberAt(string[] rest, int index, int otherwise) => index < rest.Length ? Number(rest[index]) : otherwise;

static IUserLookup? Open(string approach, string file, string[] rest) => (approach, rest) switch
{
    ("scan", []) => new LineScan(file),
    ("map", []) => new MapInMemory(file),
    ("sorted", []) => new SortedFile(file),
    ("sqlite", []) => new SqliteLookup(file),
    ("postgresql", [var database]) => new PostgresLookup(file, database),
    _ => null,
};

// Settled as DocService's server is where it matters to a lookup: Kestrel, no log line a request, the same garbage collector.
static void Serve(IUserLookup lookup, string port)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
    builder.WebHost.ConfigureKestrel(static server => server.AddServerHeader = false);
    builder.Logging.ClearProviders();
    WebApplication application = builder.Build();
    application.MapGet("/users/{id}", async (string id, CancellationToken cancellation) => Answer(await lookup.ByIdAsync(id, cancellation)));
    application.MapGet("/users", async (string email, CancellationToken cancellation) => Answer(await lookup.ByEmailAsync(email, cancellation)));
    application.Run();
}

static IResult Answer(byte[]? user) => user is null ? Results.NotFound() : Results.Bytes(user, "application/json");
