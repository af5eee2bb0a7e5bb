using System.Text.Json;
using DocService.Api.Problems;
using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Api.Tests.Problems;

/// <summary>No memory for a request is no fault of anybody: busy, unless the write has been done.</summary>
public sealed class NoMemoryTests
{
    [Fact]
    public async Task OutOfMemory_BeforeAWriteIsDone_IsBusy()
    {
        DefaultHttpContext context = await RunAsync(static _ => throw new InsufficientMemoryException());

        context.Response.Body.Position = 0;
        using JsonDocument problem = await JsonDocument.ParseAsync(context.Response.Body);
        Requests.AssertProblem(problem.RootElement, 503, "busy");
        Assert.Equal("1", context.Response.Headers.RetryAfter);
        Assert.False(context.RequestAborted.IsCancellationRequested);
    }

    /// <summary>"Nothing was done" would be false; a connection that ends without an answer says that nobody knows.</summary>
    [Fact]
    public async Task OutOfMemory_WhileASuccessIsWritten_EndsTheConnection()
    {
        DefaultHttpContext context = await RunAsync(static context =>
        {
            context.Response.Headers["Durability"] = "durable;seq=17";
            throw new InsufficientMemoryException();
        });

        Assert.Equal(0, context.Response.Body.Length);
        Assert.True(context.RequestAborted.IsCancellationRequested);
    }

    private static async Task<DefaultHttpContext> RunAsync(RequestDelegate handler)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime());
        context.Response.Body = new MemoryStream();
        await new ProblemMiddleware(handler, NullLogger<ProblemMiddleware>.Instance).InvokeAsync(context);
        return context;
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource _aborted = new();

        public Lifetime() => RequestAborted = _aborted.Token;

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => _aborted.Cancel();
    }
}
