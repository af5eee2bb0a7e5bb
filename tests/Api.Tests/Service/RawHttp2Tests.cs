using System.Net;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Service;

/// <summary>Frames and fields of HTTP/2 that no library sends: what the web server refuses by itself tells nothing, and does no harm.</summary>
public sealed class RawHttp2Tests(RawHttp2Tests.Served served) : IClassFixture<RawHttp2Tests.Served>
{
    private static readonly (string Name, string Value)[] Good = [(":method", "GET"), (":scheme", "http"), (":path", "/docs/absent"), (":authority", "localhost")];

    /// <summary>An answer, if there is one, has the fields of every other; else the stream or the connection ends without a word.</summary>
    [Theory]
    [InlineData("no method", ":method", null, 0)]
    [InlineData("no scheme", ":scheme", null, 0)]
    [InlineData("no path", ":path", null, 0)]
    [InlineData("no authority", ":authority", null, 404)] // as HTTP/1.0 without Host
    [InlineData("empty method", ":method", "", 0)]
    [InlineData("empty path", ":path", "", 0)]
    [InlineData("method of small letters", ":method", "get", 400)]
    [InlineData("method that is none", ":method", "GE T", 0)]
    [InlineData("method that nobody knows", ":method", "FETCH", 405)]
    [InlineData("connect", ":method", "CONNECT", 0)]
    [InlineData("trace", ":method", "TRACE", 405)]
    [InlineData("another scheme", ":scheme", "https", 0)]
    [InlineData("path without a slash", ":path", "docs/absent", 0)]
    [InlineData("absolute path", ":path", "http://localhost/docs/absent", 0)]
    [InlineData("path with a zero", ":path", "/docs/%00", 0)]
    [InlineData("path with a broken escape", ":path", "/docs/%zz", 400)]
    [InlineData("path with dots", ":path", "/docs/../status", 400)]
    [InlineData("path with a space", ":path", "/docs/a b", 404)]
    [InlineData("path with a fragment", ":path", "/docs/a#b", 400)]
    [InlineData("path beyond ASCII", ":path", "/docs/\u00e9", 0)]
    [InlineData("path with a line break", ":path", "/docs/a\r\nx: y", 0)]
    [InlineData("asterisk", ":path", "*", 0)]
    [InlineData("another host", ":authority", "evil.example", 421)]
    [InlineData("authority with a user", ":authority", "me@localhost", 0)]
    [InlineData("authority with a line break", ":authority", "localhost\r\nx: y", 0)]
    [InlineData("authority with a path", ":authority", "localhost/docs", 0)]
    public async Task PseudoField_ThatIsNone_IsRefusedWithoutAWord(string what, string name, string? value, int status)
    {
        (string, string)[] fields = [.. Good.Where(field => field.Name != name || value is not null).Select(field => field.Name == name ? (name, value!) : field)];

        await AssertAsync(what, status, http => http.AskAsync(1, fields));
    }

    [Theory]
    [InlineData("unknown pseudo field", ":host", "localhost", 0)]
    [InlineData("pseudo field of answers", ":status", "200", 0)]
    [InlineData("pseudo field twice", ":path", "/docs/other", 0)]
    [InlineData("pseudo field of tunnels", ":protocol", "websocket", 0)]
    [InlineData("capital letters", "Accept", "a/b", 0)]
    [InlineData("no name", "", "x", 0)]
    [InlineData("name with a space", "a b", "x", 404)] // the web server lets it pass, and nobody asks for it
    [InlineData("name with a colon", "a:b", "x", 404)]
    [InlineData("value with a line break", "x-a", "a\r\nb: c", 0)]
    [InlineData("value with a zero", "x-a", "a\0b", 0)]
    [InlineData("another Host", "host", "evil.example", 404)] // :authority counts
    [InlineData("field of one connection", "connection", "close", 0)]
    [InlineData("transfer coding", "transfer-encoding", "chunked", 400)] // RFC 9113, section 8.2.2
    [InlineData("upgrade", "upgrade", "h2c", 400)]
    [InlineData("keep-alive", "keep-alive", "timeout=5", 400)]
    [InlineData("proxy connection", "proxy-connection", "close", 400)]
    [InlineData("te", "te", "gzip", 0)]
    [InlineData("length with a sign", "content-length", "+0", 0)]
    [InlineData("length without a body", "content-length", "5", 0)]
    public async Task Field_ThatIsNone_IsRefusedWithoutAWord(string what, string name, string value, int status) =>
        await AssertAsync(what, status, http => http.AskAsync(1, [.. Good, (name, value)]));

    [Theory]
    [InlineData(1, 40_000)] // more bytes than MaxRequestHeadersTotalSize
    [InlineData(1, 1_000_000)]
    [InlineData(3_000, 1)] // more fields than twice MaxRequestHeaderCount
    public async Task Fields_TooManyOrTooLarge_AreRefusedWithoutAWord(int count, int length) => await AssertAsync(
        $"{count} of {length}", 0, http => http.AskAsync(1, [.. Good, .. Enumerable.Range(0, count).Select(number => ($"x-{number}", new string('a', length)))]));

    /// <summary>Up to twice MaxRequestHeaderCount the web server answers by itself, with a status and nothing else: there is nothing to protect.</summary>
    [Fact]
    public async Task Fields_TooMany_AreRefusedByAnEmptyAnswer()
    {
        using (RawHttp2 http = await RawHttp2.OpenAsync(served.Application.Port))
        {
            await http.AskAsync(1, [.. Good, .. Enumerable.Range(0, 101).Select(number => ($"x-{number}", "a"))]);
            RawResponse answer = (await http.ReceiveAsync(1))!;

            Assert.Equal(431, answer.Status);
            Assert.Empty(answer.Body);
            AssertSilent(http);
        }

        await AssertLivesAsync();
    }

    [Fact]
    public async Task Path_TooLong_IsRefusedWithoutAWord() =>
        await AssertAsync("a long path", 0, http => http.AskAsync(1, [.. Good.Where(field => field.Name != ":path"), (":path", "/docs/" + new string('a', 20_000))]));

    [Theory]
    [InlineData("an even stream", RawHttp2.Headers, RawHttp2.EndStream | RawHttp2.EndHeaders, 2, 10)]
    [InlineData("stream 0", RawHttp2.Headers, RawHttp2.EndStream | RawHttp2.EndHeaders, 0, 10)]
    [InlineData("data without a request", RawHttp2.Data, RawHttp2.EndStream, 1, 10)]
    [InlineData("a continuation of nothing", RawHttp2.Continuation, RawHttp2.EndHeaders, 1, 10)]
    [InlineData("a frame that is too large", RawHttp2.Headers, RawHttp2.EndStream, 1, RawHttp2.FrameMax + 1)]
    [InlineData("settings cut off", RawHttp2.Settings, 0, 0, 5)]
    [InlineData("a table that there is not", RawHttp2.Headers, RawHttp2.EndStream | RawHttp2.EndHeaders, 1, -1)]
    public async Task Frame_OutOfPlace_EndsTheConnectionWithoutAWord(string what, int type, int flags, int stream, int length)
    {
        byte[] payload = length < 0 ? [0xff, 0xff, 0xff, 0xff, 0x7f] : new byte[length];
        await AssertAsync(what, 0, http => http.SendAsync((byte)type, (byte)flags, stream, payload));
    }

    /// <summary>Fields without end, which must not be gathered without end.</summary>
    [Fact]
    public async Task Continuations_WithoutEnd_EndTheConnection() => await AssertAsync("continuations", 0, async http =>
    {
        await http.SendAsync(RawHttp2.Headers, RawHttp2.EndStream, 1, HpackFields.Write(Good));
        byte[] more = HpackFields.Write([("x-a", new string('a', 16_000))]);
        for (int number = 0; number < 200; number++)
        {
            await http.SendAsync(RawHttp2.Continuation, 0, 1, more);
        }
    });

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    public async Task Preface_ThatIsNone_EndsTheConnectionWithoutAWord(string preface)
    {
        using RawHttp2 http = await RawHttp2.OpenAsync(served.Application.Port, preface);

        Assert.Null(await http.ReceiveAsync(1));
        AssertSilent(http);
        await AssertLivesAsync();
    }

    private async Task AssertAsync(string what, int status, Func<RawHttp2, Task> ask)
    {
        using (RawHttp2 http = await RawHttp2.OpenAsync(served.Application.Port))
        {
            await ask(http);
            RawResponse? answer = await http.ReceiveAsync(1);

            Assert.True(status == (answer?.Status ?? 0), $"{what}: {answer?.Status ?? 0} {answer?.Body}");
            AssertSilent(http);
            if (answer is not null)
            {
                AssertSecured(answer);
            }
        }

        await AssertLivesAsync();
    }

    private async Task AssertLivesAsync()
    {
        using RawHttp2 http = await RawHttp2.OpenAsync(served.Application.Port);
        await http.AskAsync(1, Good);
        RawResponse answer = (await http.ReceiveAsync(1))!;
        answer.AssertProblem((int)HttpStatusCode.NotFound, "not-found");
        AssertSecured(answer);
        Assert.DoesNotContain(served.Log.Lines, line => line.StartsWith("Error ", StringComparison.Ordinal) || line.StartsWith("Critical ", StringComparison.Ordinal));
    }

    /// <summary>Nothing of the program's inside.</summary>
    private static void AssertSilent(RawHttp2 http) =>
        Assert.DoesNotMatch(@"   at |Exception|Kestrel|\.cs\b|/src/", http.Text);

    private static void AssertSecured(RawResponse answer)
    {
        Assert.Equal("nosniff", answer.Field("X-Content-Type-Options"));
        Assert.Equal("same-origin", answer.Field("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", answer.Field("Cross-Origin-Resource-Policy"));
        Assert.Equal("no-referrer", answer.Field("Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", answer.Field("Content-Security-Policy"));
        Assert.Null(answer.Field("Server"));
        Assert.Equal("application/problem+json", answer.Field("Content-Type"));
    }

    /// <summary>One application that speaks HTTP/2 alone, as over TLS after ALPN.</summary>
    public sealed class Served : IAsyncLifetime
    {
        public Served() => Application = new(new ApplicationSettings
        {
            UsesSockets = true,
            Log = Log,
            OtherValues = new Dictionary<string, string> { ["Kestrel:EndpointDefaults:Protocols"] = "Http2" },
        });

        internal LogLines Log { get; } = new();

        internal TestApplication Application { get; }

        public Task InitializeAsync() => Task.CompletedTask;

        public async Task DisposeAsync() => await Application.DisposeAsync();
    }
}
