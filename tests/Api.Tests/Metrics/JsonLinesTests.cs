using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Metrics;

/// <summary>The log as JSON: the framework's formatter, with the ids of traces.</summary>
public sealed class JsonLinesTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Json_Asked_EveryLineIsAnObjectAndNamesItsTrace()
    {
        using ServerProcess server = await ServerProcess.StartAsync(
            "--Logging:Console:FormatterName=json", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Information");
        string request = $"GET /docs/absent HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ntraceparent: 00-{Trace}-00f067aa0ba902b7-01\r\n\r\n";
        Assert.Equal(404, (await RawConnection.AskAsync(server.Port, Encoding.ASCII.GetBytes(request))).Status);
        await server.UntilLoggedAsync("Request finished");
        await server.TerminateAsync();

        JsonElement[] lines = [.. server.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", line.GetProperty("Timestamp").GetString()));
        JsonElement finished = Assert.Single(lines, line => line.GetProperty("Message").GetString()!.StartsWith("Request finished", StringComparison.Ordinal));
        Assert.Contains(finished.GetProperty("Scopes").EnumerateArray(), scope => scope.TryGetProperty("TraceId", out JsonElement id) && id.GetString() == Trace);
    }
}
