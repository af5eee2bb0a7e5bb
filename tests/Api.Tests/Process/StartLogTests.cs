using System.Globalization;
using System.Text.RegularExpressions;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Process;

/// <summary>What the log tells about starts and stops.</summary>
public sealed class StartLogTests(StartLogTests.ThreeStarts log) : IClassFixture<StartLogTests.ThreeStarts>
{
    [Fact]
    public void FirstStart_SaysHowMuchIsWritten() =>
        Assert.Matches(@"warn: .*DocService \d+\.\d+\.\d+, first start: created the data directory .*/data; 12 MiB are written", log.First); // six segments of 2 MiB

    [Fact]
    public void Lines_BeginWithTheTimeInUtc()
    {
        Match time = Regex.Match(log.First, @"^(\S+Z) \w+: ", RegexOptions.Multiline);
        Assert.True(time.Success, log.First);
        var told = DateTimeOffset.Parse(time.Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange((TimeProvider.System.GetUtcNow() - told).TotalMinutes, -1, 5);
    }

    [Fact]
    public void StartAfterAKill_TellsWhatWasRecovered()
    {
        Match told = Regex.Match(log.AfterAKill, @"after an unclean stop: (\d+) commits? recovered, (\d+) discarded, durable through (\d+)");
        Assert.True(told.Success, log.AfterAKill);
        Assert.Equal(log.Written, long.Parse(told.Groups[3].Value, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void StartAfterAStop_SaysThatItWasClean()
    {
        Assert.Contains("after a clean stop: durable through", log.AfterAStop, StringComparison.Ordinal);
        Assert.DoesNotContain("unclean", log.AfterAStop, StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_SaysWhatWaits()
    {
        Assert.Equal(0, log.ExitCode);
        Assert.Contains("Closed: every document is filed", log.AfterAKill, StringComparison.Ordinal);
    }

    /// <summary>The logs of a server that is started, written to and killed, started and stopped, and started once more.</summary>
    public sealed class ThreeStarts : IAsyncLifetime
    {
        private readonly TestDirectory _directory = new();

        public string First { get; private set; } = string.Empty;

        /// <summary>From the start after the kill to the end of the stop.</summary>
        public string AfterAKill { get; private set; } = string.Empty;

        public string AfterAStop { get; private set; } = string.Empty;

        /// <summary>The sequence of the one write.</summary>
        public long Written { get; private set; }

        /// <summary>Of the stop.</summary>
        public int ExitCode { get; private set; }

        private string DataArgument => $"--DocService:DataDirectory={_directory.Path}/data";

        public async Task InitializeAsync()
        {
            using (ServerProcess first = await ServerProcess.StartAsync(DataArgument))
            {
                First = first.Output;
                RawResponse put = await RawConnection.AskAsync(first.Port, "PUT", "/docs/a", "1");
                Assert.Equal(201, put.Status);
                Written = long.Parse(put.Field("ETag")!.Trim('"'), CultureInfo.InvariantCulture);
                await first.CrashAsync();
            }

            using (ServerProcess second = await ServerProcess.StartAsync(DataArgument))
            {
                (ExitCode, _) = await second.TerminateAsync();
                AfterAKill = second.Output;
            }

            using ServerProcess third = await ServerProcess.StartAsync(DataArgument);
            AfterAStop = third.Output;
        }

        public Task DisposeAsync()
        {
            _directory.Dispose();
            return Task.CompletedTask;
        }
    }
}
