using System.Globalization;
using System.Net;
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
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(application, right));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(application, null)); // no key is no try

        clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(application, wrong));
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
