using System.Net;
using System.Text.Json;
using DocService.Api.Auditing;
using DocService.Api.Keys;
using DocService.Api.Tests.Access;
using DocService.Api.Tests.Support;
using DocService.Storage;

namespace DocService.Api.Tests.Auditing;

/// <summary>The audit log: a line for each write, whose it was, and nothing of what it holds.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private string Log => Path.Combine(_directory.Path, "audit.log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Writes_OfKeys_HaveALineEachAndReadsHaveNone()
    {
        string id;
        await using (TestApplication application = Start())
        {
            KeyRing keys = application.Service<KeyRing>();
            (id, string token) = await KeyedApplication.AddAsync(keys, "web", new() { ["read"] = ["notes/"], ["write"] = ["notes/"] });
            await SendAsync(application, token, "PUT", "/docs/notes/a%22b", """{"secret":"in the body"}""", HttpStatusCode.Created);
            await SendAsync(application, token, "GET", "/docs/notes/a%22b", null, HttpStatusCode.OK);
            await SendAsync(application, token, "POST", "/query", """{"prefix":"notes/"}""", null);
            await SendAsync(application, token, "POST", "/batch", """{"operations":[{"op":"put","id":"notes/b","body":1},{"op":"put","id":"notes/\u2028\"c","body":2}]}""", HttpStatusCode.OK);
            await SendAsync(application, token, "POST", "/docs?prefix=notes/", "1", HttpStatusCode.Created);
            await SendAsync(application, token, "DELETE", "/docs/other/a", null, HttpStatusCode.Forbidden);
            await SendAsync(application, "ds_wrong", "DELETE", "/docs/notes/b", null, HttpStatusCode.Unauthorized);
            await application.StopAsync();
        }

        string[] lines = await File.ReadAllLinesAsync(Log);
        JsonElement[] entries = [.. lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["PUT 201", "POST 200", "POST 201", "DELETE 403"], entries.Select(entry => $"{entry.GetProperty("method").GetString()} {entry.GetProperty("status").GetInt32()}"));
        Assert.All(entries, entry => Assert.Equal((id, "web"), (entry.GetProperty("owner").GetString(), entry.GetProperty("name").GetString())));
        Assert.Equal("/docs/notes/a%22b", entries[0].GetProperty("path").GetString());
        Assert.Contains("seq=", entries[0].GetProperty("durability").GetString(), StringComparison.Ordinal);
        Assert.Equal(["notes/b", "notes/\u2028\"c"], entries[1].GetProperty("ids").EnumerateArray().Select(one => one.GetString()));
        Assert.StartsWith("/docs/notes/", entries[2].GetProperty("location").GetString(), StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(Log);
        Assert.DoesNotContain("in the body", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ds_", text, StringComparison.Ordinal);
        Assert.True(text.All(char.IsAscii));
    }

    /// <summary>Whoever moves the file away, as a rotation does, finds the next lines in another.</summary>
    [Fact]
    public async Task File_MovedAway_IsMadeAnew()
    {
        await using TestApplication application = Start();
        await application.StoreAsync("a", "1");
        await UntilAsync(() => new FileInfo(Log).Length > 0);
        using (var move = System.Diagnostics.Process.Start("mv", [Log, Log + ".1"]))
        {
            await move.WaitForExitAsync();
        }

        await application.StoreAsync("b", "1");

        await UntilAsync(() => File.Exists(Log) && new FileInfo(Log).Length > 0);
        Assert.Contains("/docs/b", await File.ReadAllTextAsync(Log), StringComparison.Ordinal);
    }

    /// <summary>Writes are what the store is for.</summary>
    [Fact]
    public async Task File_ThatTakesNothing_HoldsUpNoWriteAndIsToldOfLater()
    {
        await using TestApplication application = Start();
        File.Delete(Log);
        Directory.CreateDirectory(Log);

        await application.StoreAsync("a", "1");
        await application.StoreAsync("b", "1");
        await UntilAsync(() => application.Service<AuditLog>().LeftOut == 2);
        Directory.Delete(Log);
        await UntilAsync(() =>
        {
            using HttpResponseMessage more = application.SendAsync("PUT", "/docs/more", "1").GetAwaiter().GetResult();
            return File.Exists(Log) && File.ReadAllText(Log).Contains("/docs/more", StringComparison.Ordinal);
        });

        Assert.Contains("\"leftOut\":", await File.ReadAllTextAsync(Log), StringComparison.Ordinal);
    }

    /// <summary>Whoever has no key must not fill the disk with lines, nor push out those of others.</summary>
    [Fact]
    public async Task Requests_ThatAreRefusedBeforeTheirKeyCounts_HaveNoLine()
    {
        await using (TestApplication application = Start(("FailedLoginsPerMinute", "1")))
        {
            await SendAsync(application, null, "DELETE", "/docs/a", null, HttpStatusCode.MisdirectedRequest, ("Host", "rebound.example"));
            await SendAsync(application, null, "DELETE", "/docs/a", null, HttpStatusCode.Forbidden, ("Sec-Fetch-Site", "cross-site"));
            (_, string token) = await KeyedApplication.AddAsync(application.Service<KeyRing>(), "web", new() { ["write"] = ["notes/"] });
            await SendAsync(application, "ds_wrong", "DELETE", "/docs/a", null, HttpStatusCode.Unauthorized);
            await SendAsync(application, "ds_wrong", "DELETE", "/docs/a", null, HttpStatusCode.TooManyRequests);
            await SendAsync(application, null, "DELETE", "/problems/busy", null, HttpStatusCode.MethodNotAllowed);
            await SendAsync(application, token, "DELETE", "/docs/notes/a", null, HttpStatusCode.Forbidden, ("Sec-Fetch-Site", "cross-site"));
            await SendAsync(application, token, "DELETE", "/docs/notes/known", null, null);
            await application.StopAsync();
        }

        Assert.Contains("/docs/notes/known", Assert.Single(await File.ReadAllLinesAsync(Log)), StringComparison.Ordinal);
    }

    /// <summary>A path may have 8 KB, and what is not plain takes six characters in a line.</summary>
    [Fact]
    public async Task Path_LongerThanThatOfAnyDocument_IsCut()
    {
        await using (TestApplication application = Start())
        {
            await SendAsync(application, null, "DELETE", "/docs/" + new string('x', 7000), null, HttpStatusCode.BadRequest);
            await application.StopAsync();
        }

        string line = Assert.Single(await File.ReadAllLinesAsync(Log));
        string path = JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()!;
        Assert.StartsWith("/docs/xx", path, StringComparison.Ordinal);
        Assert.Equal((3101, '…'), (path.Length, path[^1]));
    }

    /// <summary>As a crash in the middle of a write leaves it.</summary>
    [Fact]
    public async Task Line_LeftHalf_EndsBeforeTheNext()
    {
        await File.WriteAllTextAsync(Log, "{\"time\":\"20");
        await using (TestApplication application = Start())
        {
            await application.StoreAsync("a", "1");
            await application.StopAsync();
        }

        string[] lines = await File.ReadAllLinesAsync(Log);
        Assert.Equal("{\"time\":\"20", lines[0]);
        Assert.Equal("/docs/a", JsonDocument.Parse(Assert.Single(lines[1..])).RootElement.GetProperty("path").GetString());
    }

    [Fact]
    public void File_ThatCannotBeWrittenAtTheStart_RefusesTheStart()
    {
        Directory.CreateDirectory(Log);

        Assert.Contains("audit", Assert.Throws<StoreConfigurationException>(() => Start()).Message, StringComparison.Ordinal);
    }

    private TestApplication Start(params (string Name, string Value)[] settings) =>
        new(new ApplicationSettings { Values = settings.Append(("AuditFile", Log)).ToDictionary() });

    private static async Task SendAsync(
        TestApplication application, string? token, string method, string path, string? json, HttpStatusCode? expected, params (string Name, string Value)[] fields)
    {
        using HttpResponseMessage response = await application.SendAsync(method, path, json, token is null ? fields : [.. fields, ("Authorization", "Bearer " + token)]);
        if (expected is { } status)
        {
            Assert.Equal(status, response.StatusCode);
        }
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int look = 0; !holds(); look++)
        {
            Assert.True(look < 3000, "It did not come to pass within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
