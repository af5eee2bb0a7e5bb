using System.Buffers.Text;
using System.Net;
using System.Text;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;
using DocService.Api.Tokens;
using DocService.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DocService.Api.Tests.Tokens;

/// <summary>Keys of a provider that change, or that cannot be fetched; and requests that outlast their token.</summary>
public sealed class ProviderTests : IAsyncLifetime
{
    private readonly ShiftedClock _clock = new();
    private TestProvider _provider = null!;

    public async Task InitializeAsync() => _provider = await TestProvider.StartAsync();

    public async Task DisposeAsync() => await _provider.DisposeAsync();

    [Fact]
    public async Task Keys_ThatAreRotated_AreFetchedAndTheOldOnesEnd()
    {
        await using TestApplication application = Start();
        string before = Token();
        Assert.Equal(404, await StatusAsync(application, before));

        _provider.Rotate();
        _clock.Pass(ProviderKeys.LookAgainAfter);

        Assert.Equal(404, await StatusAsync(application, Token()));
        Assert.Equal(401, await StatusAsync(application, before));
    }

    /// <summary>Whoever invents key ids must not make this server ask the provider again and again.</summary>
    [Fact]
    public async Task KeyIds_ThatAreInvented_AskTheProviderOnce()
    {
        await using TestApplication application = Start();
        Assert.Equal(404, await StatusAsync(application, Token()));
        int before = _provider.Looks;
        _clock.Pass(ProviderKeys.LookAgainAfter);

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => StatusAsync(application, Invented(number))));

        Assert.All(answers, answer => Assert.Equal(401, answer));
        Assert.Equal(before + 1, _provider.Looks);
        Assert.Equal(404, await StatusAsync(application, Token()));
    }

    [Fact]
    public async Task Provider_NotReached_Answers503AndKeysAreTakenAsEver()
    {
        _provider.IsDown = true;
        await using TestApplication application = Start();
        (_, string key) = await KeyedApplication.AddAsync(application.Service<DocService.Api.Keys.KeyRing>(), "key", new() { ["read"] = ["notes/"] });

        using HttpResponseMessage response = await application.SendAsync("GET", "/docs/notes/a", null, ("Authorization", "Bearer " + Token()));
        await response.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "provider-unknown");
        Assert.InRange(int.Parse(response.Field("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(404, await StatusAsync(application, key));
        Assert.Equal(401, await StatusAsync(application, Token().Replace("eyJ", "eyK", StringComparison.Ordinal)));
        using HttpResponseMessage health = await application.SendAsync("GET", "/healthz/live", null, ("Authorization", "Bearer " + Token()));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        int before = _provider.Looks;
        int[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => StatusAsync(application, Token())));
        Assert.All(answers, answer => Assert.Equal(503, answer));
        Assert.InRange(_provider.Looks, before, before + 1);

        _provider.IsDown = false;
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(404, await StatusAsync(application, Token()));
    }

    [Fact]
    public async Task Provider_LostLater_KeepsItsKeysForADay()
    {
        await using TestApplication application = Start();
        Assert.Equal(404, await StatusAsync(application, Token()));
        _provider.IsDown = true;

        _clock.Pass(ProviderKeys.KeptFor - TimeSpan.FromMinutes(1));
        Assert.Equal(404, await StatusAsync(application, Token()));

        _clock.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(503, await StatusAsync(application, Token()));
    }

    [Fact]
    public async Task Provider_UnderAnotherName_IsNotBelieved()
    {
        _provider.OtherName = "https://another.example";
        await using TestApplication application = Start();

        Assert.Equal(503, await StatusAsync(application, Token()));
    }

    [Fact]
    public async Task Stream_OfATokenThatEnds_EndsToo()
    {
        await using TestApplication application = Start(usesSockets: true);
        using HttpRequestMessage request = Requests.Request("GET", "/changes?prefix=notes/", ("Accept", "text/event-stream"), ("Authorization", "Bearer " + Token()));
        using HttpResponseMessage response = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using Stream stream = await response.Content.ReadAsStreamAsync();
        Assert.True(await stream.ReadAsync(new byte[1]) > 0);
        HeldTokens held = application.Service<HeldTokens>();
        Assert.Equal(1, held.Count);

        _clock.Pass(TimeSpan.FromMinutes(11) + TokenJudge.ClockTolerance);
        held.EndExpired(application.Service<IDocumentStore>().Time.Now);

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await stream.ReadAsync(new byte[4096], limit.Token) > 0)
        {
            // What was on its way.
        }

        for (int look = 0; held.Count > 0; look++)
        {
            Assert.True(look < 3000, "A request that has ended still holds its token.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>A key that the provider has taken back must not open anything for as long as nobody names another.</summary>
    [Fact]
    public async Task Keys_ThatAreWithdrawn_AreNoticedWithinTheHourWithoutAnyToken()
    {
        await using TestApplication application = Start();
        Assert.Equal(404, await StatusAsync(application, Token()));
        ProviderKeys keys = application.Service<ProviderKeys>();
        string withdrawn = _provider.Key.Id;
        _provider.Rotate();

        _clock.Pass(ProviderKeys.RefreshAfter);

        for (int look = 0; keys.Known!.Find(withdrawn).Any(); look++)
        {
            Assert.True(look < 3000, "A key that was withdrawn more than an hour ago is still trusted.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Anybody can send these: they are neither faults of the server, nor worth a trace of the stack.</summary>
    [Theory]
    [InlineData("""{"alg":"RS256","kid":"\ud800"}""")]
    [InlineData("""{"alg":"\ud800"}""")]
    [InlineData("""{"alg":"RS256","\ud800":1}""")]
    public async Task Header_WithHalfASurrogatePair_IsRefusedAndTheLogHasNoError(string header)
    {
        var log = new LogLines();
        await using TestApplication application = Start(log: log);

        Assert.Equal(401, await StatusAsync(application, Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header)) + ".e30.AAAA"));

        AssertNoFault(log);
    }

    /// <summary>It has failed at nothing, and there is nobody to tell.</summary>
    [Fact]
    public async Task Client_GoneWhileTheProviderIsAsked_IsNoFailedLoginAndNoError()
    {
        var log = new LogLines();
        var mayAnswer = new TaskCompletionSource();
        _provider.MayAnswer = mayAnswer.Task;
        await using TestApplication application = Start(log: log);
        using IServiceScope scope = application.Service<IServiceScopeFactory>().CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = new CancellationToken(canceled: true) };
        context.Request.Headers.Authorization = "Bearer " + Token();

        AuthenticateResult result = await context.AuthenticateAsync(TokenScheme.Name);
        mayAnswer.SetResult();

        Assert.IsType<ProviderUnknownException>(result.Failure);
        AssertNoFault(log);
    }

    private TestApplication Start(bool usesSockets = false, LogLines? log = null) =>
        new(new ApplicationSettings { Values = _provider.Settings(), Clock = _clock, UsesSockets = usesSockets, Log = log });

    private static void AssertNoFault(LogLines log) =>
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Error ", StringComparison.Ordinal) || line.StartsWith("Critical ", StringComparison.Ordinal));

    private string Token() => _provider.Token((string[])["read:notes/"], _clock.GetUtcNow());

    private string Invented(int number) =>
        _provider.Sign(new(_provider.Header()) { ["kid"] = $"invented-{number}" }, new(_provider.Claims(_clock.GetUtcNow())) { ["docservice"] = (string[])["read:notes/"] });

    /// <summary>Of a document that is not there: 404 where the token opens it.</summary>
    private static async Task<int> StatusAsync(TestApplication application, string token)
    {
        using HttpResponseMessage response = await application.SendAsync("GET", "/docs/notes/a", null, ("Authorization", "Bearer " + token));
        return (int)response.StatusCode;
    }
}
