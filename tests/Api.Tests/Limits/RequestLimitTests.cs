using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DocService.Api.Keys;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Limits;

/// <summary>How much one client may ask for, and what is never refused.</summary>
public sealed class RequestLimitTests
{
    private static readonly Dictionary<string, string[]> ReadNotes = new() { ["read"] = ["notes/"] };

    [Fact]
    public async Task Key_BeyondItsRate_IsToldToWaitAndOthersAreNot()
    {
        await using TestApplication application = Start(("RequestsPerMinute", "1"), ("RequestBurst", "3"));
        KeyRing keys = application.Service<KeyRing>();
        (_, string mine) = await KeyedApplication.AddAsync(keys, "mine", ReadNotes);
        (_, string theirs) = await KeyedApplication.AddAsync(keys, "theirs", ReadNotes);

        for (int number = 0; number < 3; number++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, mine));
        }

        using HttpResponseMessage refused = await SendAsync(application, mine);
        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.InRange(int.Parse(refused.Field("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, theirs));
        using HttpResponseMessage health = await application.SendAsync("GET", "/healthz/ready", null, ("Authorization", "Bearer " + mine));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task Clients_WithoutKeys_CountByTheirAddress()
    {
        await using TestApplication application = Start(("RequestsPerMinute", "1"), ("RequestBurst", "2"));

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, null));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, null));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(application, null));
    }

    /// <summary>The page and the machine that shows it have one address.</summary>
    [Fact]
    public async Task Page_OfAnotherSite_UsesUpNobodysRate()
    {
        await using TestApplication application = Start(("RequestsPerMinute", "1"), ("RequestBurst", "1"));
        for (int number = 0; number < 3; number++)
        {
            using HttpResponseMessage page = await application.SendAsync("GET", "/docs/notes/absent", null, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "no-cors"));
            await page.AssertProblemAsync(HttpStatusCode.Forbidden, "cross-origin");
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, null));
    }

    [Fact]
    public async Task RequestsUnderWay_BeyondTheirNumber_AreRefusedUntilOneEnds()
    {
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true, Values = new Dictionary<string, string> { ["ConcurrentRequestsMax"] = "1" } });
        await application.WaitForIndexAsync();
        KeyRing keys = application.Service<KeyRing>();
        (_, string mine) = await KeyedApplication.AddAsync(keys, "mine", ReadNotes);
        (_, string theirs) = await KeyedApplication.AddAsync(keys, "theirs", ReadNotes);
        using HttpRequestMessage request = Requests.Request("GET", "/changes?prefix=notes/", ("Accept", "text/event-stream"), ("Authorization", "Bearer " + mine));
        using (HttpResponseMessage stream = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        {
            using HttpResponseMessage refused = await SendAsync(application, mine);
            await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
            Assert.Equal("1", refused.Field("Retry-After"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, theirs));
        }

        for (int look = 0; await StatusAsync(application, mine) == HttpStatusCode.TooManyRequests; look++)
        {
            Assert.True(look < 3000, "The place of a stream that has ended is not given back.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Whoever tries keys loses the connection with each; and nobody behind the same address is locked out.</summary>
    [Fact]
    public async Task FailedLogins_TooMany_AreToldToWaitAndARightKeyIsTaken()
    {
        var clock = new ShiftedClock();
        await using var application = new TestApplication(new ApplicationSettings { Clock = clock, Values = new Dictionary<string, string> { ["FailedLoginsPerMinute"] = "3" } });
        (_, string right) = await KeyedApplication.AddAsync(application.Service<KeyRing>(), "right", ReadNotes);
        string wrong = right[..^4] + "AAAA";
        for (int number = 0; number < 3; number++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(application, wrong));
        }

        using HttpResponseMessage refused = await SendAsync(application, wrong);
        await refused.AssertProblemAsync(HttpStatusCode.TooManyRequests, "too-many-requests");
        Assert.InRange(int.Parse(refused.Field("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal("close", refused.Field("Connection"));
        Assert.Contains("invalid_token", refused.Field("WWW-Authenticate"), StringComparison.Ordinal); // a token that has expired among others' failures: another one helps
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, right));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(application, null)); // no key is no try

        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(application, wrong));
    }

    /// <summary>HTTP/2 has no field that ends a connection.</summary>
    [Fact]
    public async Task FailedLogins_TooManyOverHttp2_EndTheConnectionToo()
    {
        await using var application = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            Values = new Dictionary<string, string> { ["FailedLoginsPerMinute"] = "1" },
            OtherValues = new Dictionary<string, string> { ["Kestrel:EndpointDefaults:Protocols"] = "Http2" },
        });
        await KeyedApplication.AddAsync(application.Service<KeyRing>(), "right", ReadNotes);
        int connections = 0;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                Interlocked.Increment(ref connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer ds_wrong");
        var address = new Uri($"http://127.0.0.1:{application.Port}/docs/notes/absent");
        using (HttpResponseMessage first = await client.GetAsync(address))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
        }

        for (int look = 0; Volatile.Read(ref connections) < 2; look++)
        {
            Assert.True(look < 3000, "All tries go through one connection.");
            using HttpResponseMessage refused = await client.GetAsync(address);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System); // the connection's end comes behind the answer
        }
    }

    private static TestApplication Start(params (string Name, string Value)[] settings) =>
        new(new ApplicationSettings { Values = settings.ToDictionary(setting => setting.Name, setting => setting.Value) });

    private static async Task<HttpStatusCode> StatusAsync(TestApplication application, string? token)
    {
        using HttpResponseMessage response = await SendAsync(application, token);
        return response.StatusCode;
    }

    private static Task<HttpResponseMessage> SendAsync(TestApplication application, string? token) =>
        application.SendAsync("GET", "/docs/notes/absent", null, token is null ? [] : [("Authorization", "Bearer " + token)]);
}
