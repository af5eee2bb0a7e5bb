using System.Globalization;
using DocService.Approaches;

const string Usage = """
    usage: Approaches make FILE USERS                      writes users as JSON lines
           Approaches load ADDRESS USERS                   writes the same users to a DocService
           Approaches serve APPROACH FILE PORT [DATABASE]  GET /users/{id} and GET /users?email=ADDRESS on 127.0.0.1
    approaches: scan, map, sorted, sqlite, postgresql (DATABASE: its connection string)
    """;

switch (args)
{
    case ["make", var file, var users]:
        UserFile.Write(file, int.Parse(users, CultureInfo.InvariantCulture));
        return 0;
    case ["load", var address, var users]:
        await BatchLoad.RunAsync(new Uri(address), int.Parse(users, CultureInfo.InvariantCulture));
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
