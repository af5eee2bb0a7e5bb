using System.IO.Pipelines;
using System.Net;
using DocService.Api.Documents;
using DocService.Api.Tests.Support;
using DocService.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Tests.Documents;

/// <summary>A document that is in memory is answered as one that is read from its file, field for field, and costs nothing of its own.</summary>
public sealed class CachedReadTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const int Turns = 200;

    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("GET", null, 200)]
    [InlineData("HEAD", null, 200)]
    [InlineData("GET", "If-None-Match: current", 304)]
    [InlineData("GET", "If-None-Match: W/current", 304)]
    [InlineData("HEAD", "If-None-Match: current", 304)]
    [InlineData("GET", "If-None-Match: \"1\", current", 304)]
    [InlineData("GET", "If-None-Match: \"999999\"", 200)]
    [InlineData("GET", "If-None-Match: 17", 400)]
    [InlineData("GET", "If-Match: current", 200)]
    [InlineData("GET", "If-Match: \"999999\"", 412)]
    [InlineData("HEAD", "If-Match: \"999999\"", 412)]
    [InlineData("GET", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", 304)]
    [InlineData("GET", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 200)]
    [InlineData("GET", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", 412)]
    public async Task Answer_FromMemory_IsThatFromTheFile(string method, string? condition, int status)
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "{\"a\":1}");
        (string, string)[] fields = condition?.Split(": ", 2) is [var name, var value] ? [(name, value.Replace("current", tag, StringComparison.Ordinal))] : [];

        string fromFile = await AskAsync(method, id, fields);
        await HoldAsync(id);
        string fromMemory = await AskAsync(method, id, fields);

        Assert.StartsWith($"{status}\n", fromFile, StringComparison.Ordinal);
        Assert.Equal(WithoutAge(fromFile), WithoutAge(fromMemory));
    }

    [Theory]
    [InlineData("/docs/{0}?select=a", 200)]
    [InlineData("/docs/{0}?rev=1", 400)]
    [InlineData("/docs/%64oc", 404)]
    public async Task Answer_ToWhatIsNotPlain_IsNotFromMemory(string target, int status)
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, "{\"a\":1}");
        await HoldAsync(id);
        long before = Report.Hits;

        using HttpResponseMessage response = await _app.SendAsync("GET", string.Format(System.Globalization.CultureInfo.InvariantCulture, target, id));

        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(before, Report.Hits);
    }

    [Fact]
    public async Task Listing_OfAllDocuments_LeavesTheCacheAsItIs()
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, "1");
        await _app.StoreAsync(TestApplication.NewId(), "2");
        await HoldAsync(id);
        Storage.Reports.CacheReport before = Report;

        using HttpResponseMessage page = await _app.SendAsync("GET", "/docs");
        using HttpResponseMessage export = await _app.SendAsync("GET", "/docs", null, ("Accept", "application/x-ndjson"));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.StatusCode, export.StatusCode));
        Assert.Equal(before, Report);
        Assert.NotNull(_app.Service<IDocumentStore>().TryReadCached(id));
    }

    [Fact]
    public async Task Answer_ToAnEscapedId_IsOfTheSameDocument()
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "1");
        await HoldAsync(id);
        Assert.Contains(tag, await AskAsync("GET", "%64" + id[1..], []), StringComparison.Ordinal);

        string newTag = await _app.StoreAsync(id, "2");
        Assert.Contains(newTag, await AskAsync("GET", "%64" + id[1..], []), StringComparison.Ordinal);
        Assert.Contains(newTag, await AskAsync("GET", id, []), StringComparison.Ordinal);
    }

    /// <summary>Beside what the web server's own objects take for the same fields.</summary>
    [Theory]
    [InlineData("GET", false)]
    [InlineData("HEAD", false)]
    [InlineData("GET", true)]
    public async Task Handler_FromMemory_IsDoneWhenItReturnsAndAllocatesNothing(string method, bool isNotModified)
    {
        string id = TestApplication.NewId();
        string tag = await _app.StoreAsync(id, "{\"a\":1}");
        await HoldAsync(id);
        DocumentReads reads = _app.Service<DocumentReads>();
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/docs/" + id;
        context.Features.Set<IHttpResponseBodyFeature>(new NoBody());
        if (isNotModified)
        {
            context.Request.Headers.IfNoneMatch = tag;
        }

        Task HandleAsync() => method == "GET" ? reads.GetAsync(context) : reads.HeadAsync(context);
        Func<Task> handle = HandleAsync;
        await handle();
        Assert.Equal(isNotModified ? 304 : 200, context.Response.StatusCode);
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> fields = new(context.Response.Headers);
        long? length = context.Response.ContentLength;
        Func<Task> write = () =>
        {
            foreach (var (name, value) in fields)
            {
                context.Response.Headers[name] = value;
            }

            context.Response.ContentLength = length;
            return Task.CompletedTask;
        };

        long theirs = Measure(context, write);
        Assert.InRange(Measure(context, handle), 0, theirs);
    }

    private Storage.Reports.CacheReport Report => ((Storage.Reports.JournalStatus)_app.Service<IDocumentStore>().Status).Cache;

    private static long Measure(HttpContext context, Func<Task> handle)
    {
        Run(context, handle);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(context, handle);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Run(HttpContext context, Func<Task> handle)
    {
        for (int turn = 0; turn < Turns; turn++)
        {
            context.Response.Headers.Clear();
            if (!handle().IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("It is not done when it returns.");
            }
        }
    }

    private static string WithoutAge(string answer) =>
        string.Join('\n', answer.Split('\n').Where(line => !line.StartsWith("Date", StringComparison.Ordinal) && !line.StartsWith("Last-Modified", StringComparison.Ordinal)));

    /// <summary>What is read twice is in memory.</summary>
    private async Task HoldAsync(string id)
    {
        await AskAsync("GET", id, []);
        await AskAsync("GET", id, []);
        Assert.NotNull(_app.Service<IDocumentStore>().TryReadCached(id));
    }

    private async Task<string> AskAsync(string method, string id, (string, string)[] fields)
    {
        using HttpResponseMessage response = await _app.SendAsync(method, "/docs/" + id, null, fields);
        IEnumerable<string> lines = response.Headers.Concat(response.Content.Headers)
            .Select(field => $"{field.Key}: {string.Join(',', field.Value)}").Order(StringComparer.Ordinal);
        return $"{(int)response.StatusCode}\n{string.Join('\n', lines)}\n\n{await response.Content.ReadAsStringAsync()}";
    }

    /// <summary>A body that goes nowhere.</summary>
    private sealed class NoBody : IHttpResponseBodyFeature
    {
        public Stream Stream => System.IO.Stream.Null;

        public PipeWriter Writer { get; } = new NoWriter();

        public Task CompleteAsync() => Task.CompletedTask;

        public void DisableBuffering()
        {
        }

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }

    private sealed class NoWriter : PipeWriter
    {
        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) => default;
    }
}
