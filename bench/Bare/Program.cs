using System.Globalization;
using System.IO.Pipelines;
using DocService.Bare;

if (args is not [var port, var keys, var bytes])
{
    Console.Error.WriteLine("usage: Bare PORT KEYS BYTES    GET /docs/{id} from memory, PUT /docs/{id} reads the body and answers 204");
    return 2;
}

// What the web server alone takes for such a request: settled as DocService's is, handlers without binding, nothing on a disk.
Dictionary<string, BareDocument> documents = BareDocument.Make(int.Parse(keys, CultureInfo.InvariantCulture), int.Parse(bytes, CultureInfo.InvariantCulture));
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.WebHost.ConfigureKestrel(static server => server.AddServerHeader = false);
builder.WebHost.UseSockets(static sockets =>
{
    sockets.UnsafePreferInlineScheduling = true;
    sockets.WaitForDataBeforeAllocatingBuffer = false;
});
builder.Logging.ClearProviders();
WebApplication application = builder.Build();
application.MapMethods("/docs/{id}", ["GET"], context => Get(context, documents));
application.MapMethods("/docs/{id}", ["PUT"], Put);
application.Run();
return 0;

static Task Get(HttpContext context, Dictionary<string, BareDocument> documents)
{
    HttpResponse response = context.Response;
    if (context.Request.RouteValues["id"] is not string id || !documents.TryGetValue(id, out BareDocument? document))
    {
        response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    response.Headers.ETag = document.ETag;
    response.Headers.CacheControl = "no-cache";
    response.Headers.LastModified = document.Modified;
    response.Headers["Repr-Digest"] = document.Digest;
    response.Headers.AcceptRanges = "none";
    response.ContentType = "application/json";
    response.ContentLength = document.Body.Length;
    return response.Body.WriteAsync(document.Body, 0, document.Body.Length);
}

static async Task Put(HttpContext context)
{
    PipeReader body = context.Request.BodyReader;
    ReadResult read;
    do
    {
        read = await body.ReadAsync();
        body.AdvanceTo(read.Buffer.End);
    }
    while (!read.IsCompleted);
    context.Response.StatusCode = StatusCodes.Status204NoContent;
}
