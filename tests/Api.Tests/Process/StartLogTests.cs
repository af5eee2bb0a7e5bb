using System.Text.RegularExpressions;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>What the log tells about starts and stops.</summary>
public sealed class StartLogTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    private string DataArgument => $"--DocService:DataDirectory={_directory.Path}/data";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FirstStart_SaysHowMuchIsWritten()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);

        Assert.Matches(@"warn: .*DocService \d+\.\d+\.\d+, first start: created the data directory .*/data; 12 MiB are written", server.Output); // six segments of 2 MiB
    }

    [Fact]
    public async Task Lines_BeginWithTheTimeInUtc()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);

        Match time = Regex.Match(server.Output, @"^(\S+Z) \w+: ", RegexOptions.Multiline);
        Assert.True(time.Success, server.Output);
        var told = DateTimeOffset.Parse(time.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange((TimeProvider.System.GetUtcNow() - told).TotalMinutes, -1, 5);
    }

    [Fact]
    public async Task StartAfterAKill_TellsWhatWasRecovered()
    {
        long sequence = await WriteAsync(kill: true);

        using ServerProcess again = await ServerProcess.StartAsync(DataArgument);

        Match told = Regex.Match(again.Output, @"after an unclean stop: (\d+) commits? recovered, (\d+) discarded, durable through (\d+)");
        Assert.True(told.Success, again.Output);
        Assert.Equal(sequence, long.Parse(told.Groups[3].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task StartAfterAStop_SaysThatItWasClean()
    {
        await WriteAsync(kill: false);

        using ServerProcess again = await ServerProcess.StartAsync(DataArgument);

        Assert.Contains("after a clean stop: durable through", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("unclean", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_SaysWhatWaits()
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        await RawConnection.AskAsync(server.Port, "PUT", "/docs/a", "1");

        (int exitCode, _) = await server.TerminateAsync();

        Assert.Equal(0, exitCode);
        Assert.Contains("Closed: every document is filed", server.Output, StringComparison.Ordinal);
    }

    private async Task<long> WriteAsync(bool kill)
    {
        using ServerProcess server = await ServerProcess.StartAsync(DataArgument);
        RawResponse written = await RawConnection.AskAsync(server.Port, "PUT", "/docs/a", "1");
        Assert.Equal(201, written.Status);
        if (kill)
        {
            await server.CrashAsync();
        }
        else
        {
            await server.TerminateAsync();
        }

        return long.Parse(written.Field("ETag")!.Trim('"'), System.Globalization.CultureInfo.InvariantCulture);
    }
}
