using System.Net;
using DocService.Api.Access;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Access;

/// <summary>Keys that open nothing, and fields that hold none.</summary>
public sealed class FailedLoginTests
{
    private const int SecretLength = 43;

    private static readonly Dictionary<string, string[]> ReadNotes = new() { ["read"] = ["notes/"] };

    /// <summary>At the level at which the log tells most.</summary>
    [Fact]
    public async Task FailedLogin_IsLoggedWithItsAddressAndWithoutAnySecret()
    {
        var log = new LogLines();
        await using var application = new TestApplication(new ApplicationSettings
        {
            UsesSockets = true,
            Log = log,
            OtherValues = new Dictionary<string, string> { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel"] = "Information" },
        });
        (_, string right) = await KeyedApplication.AddAsync(application.Service<KeyRing>(), "right", ReadNotes);
        string wrong = right[..^4] + "AAAA";

        Assert.Equal((200, 401), (await StatusAsync(application, right), await StatusAsync(application, wrong)));

        Assert.Equal(1, log.Count("Refused 1 requests with an API key or a token that opens nothing, the last one from 127.0.0.1"));
        Assert.DoesNotContain(log.Lines, line => line.Contains(right[^SecretLength..^4], StringComparison.Ordinal));
    }

    /// <summary>One line in ten seconds, however many fail; the next tells of those between.</summary>
    [Fact]
    public async Task FailedLogins_OfTenSeconds_AreOneLine()
    {
        var clock = new ShiftedClock();
        var log = new LogLines();
        await using var application = new TestApplication(new ApplicationSettings { Clock = clock, Log = log });
        FailedLogins failed = application.Service<FailedLogins>();
        for (int number = 0; number < 50; number++)
        {
            failed.Note(IPAddress.Loopback);
        }

        clock.Pass(TimeSpan.FromSeconds(10));
        failed.Note(IPAddress.Loopback);

        Assert.Equal((1, 1, 2), (log.Count("Refused 1 requests"), log.Count("Refused 50 requests"), log.Count("that opens nothing")));
    }

    /// <summary>Which of two would count is read in two ways: neither does, though both are right.</summary>
    [Theory]
    [InlineData("Authorization: Bearer KEY\r\nAuthorization: Bearer KEY\r\n")]
    [InlineData("Authorization: Bearer KEY, Bearer KEY\r\n")]
    [InlineData("Authorization: Bearer KEY KEY\r\n")]
    [InlineData("Authorization: Basic KEY\r\n")]
    [InlineData("Authorization: KEY\r\n")]
    [InlineData("Authorization: \r\nAuthorization: Bearer KEY\r\n")]
    [InlineData("Proxy-Authorization: Bearer KEY\r\n")]
    [InlineData("Cookie: Authorization=Bearer KEY\r\n")]
    [InlineData("X-API-Key: KEY\r\n")]
    public async Task Field_OtherThanOneBearer_OpensNothing(string fields)
    {
        await using var application = new TestApplication(new ApplicationSettings { UsesSockets = true });
        (_, string key) = await KeyedApplication.AddAsync(application.Service<KeyRing>(), "right", ReadNotes);

        RawResponse response = await RawConnection.AskAsync(application.Port, System.Text.Encoding.ASCII.GetBytes(
            $"GET /docs?prefix=notes/ HTTP/1.1\r\nHost: localhost\r\n{fields.Replace("KEY", key, StringComparison.Ordinal)}Connection: close\r\n\r\n"));

        response.AssertProblem(401, "unauthorized");
        Assert.Equal(200, await StatusAsync(application, key));
    }

    private static async Task<int> StatusAsync(TestApplication application, string key)
    {
        await application.WaitForIndexAsync();
        using HttpResponseMessage response = await application.SendAsync("GET", "/docs?prefix=notes/", null, ("Authorization", "Bearer " + key));
        return (int)response.StatusCode;
    }
}
