using DocService.Api.Auditing;
using DocService.Api.Configuration;
using DocService.Api.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Api.Tests.Auditing;

/// <summary>The audit log by itself: what it keeps, what it leaves out, and that it tells of it.</summary>
public sealed class AuditLogTests : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly LogLines _told = new();
    private readonly ILoggerFactory _loggers;

    public AuditLogTests() => _loggers = LoggerFactory.Create(logging => logging.AddProvider(_told));

    private string File => Path.Combine(_directory.Path, "audit.log");

    public void Dispose()
    {
        _loggers.Dispose();
        _directory.Dispose();
    }

    /// <summary>Nobody takes any: the log has not begun.</summary>
    [Theory]
    [InlineData(10, AuditLog.LinesMax)]
    [InlineData(1 << 20, AuditLog.BytesMax >> 20)]
    public void Lines_MoreThanMayWait_AreLeftOutAndToldOnceInAMinute(int length, int taken)
    {
        using AuditLog log = Make();
        byte[] line = new byte[length];
        for (int number = 0; number < taken; number++)
        {
            log.Add(line);
        }

        Assert.Equal((0L, 0), (log.LeftOut, _told.Lines.Count));
        log.Add(line);
        log.Add(line);
        Assert.Equal((2L, 1), (log.LeftOut, _told.Count("leaves lines out, 1 by now")));
        Assert.Single(_told.Lines);

        _clock.Advance(TimeSpan.FromMinutes(1));
        log.Add(line);
        Assert.Equal(1, _told.Count("leaves lines out, 3 by now"));
    }

    /// <summary>The host's time may be over before this is asked: requests have used it up, and theirs are the last lines.</summary>
    [Fact]
    public async Task Stop_WithoutAnyTimeLeft_WritesWhatWaits()
    {
        using AuditLog log = Make();
        await log.StartAsync(default);
        for (int number = 0; number < 5000; number++)
        {
            log.Add("line\n"u8.ToArray());
        }

        await log.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal(5000, (await System.IO.File.ReadAllLinesAsync(File)).Length);
        Assert.Empty(_told.Lines);
    }

    [Fact]
    public async Task Stop_OfADiskThatTakesNothing_SaysHowManyAreMissing()
    {
        bool isGone = false;
        using AuditLog log = Make(path => isGone ? throw new IOException("The disk is gone.") : AuditFile.Open(path));
        await log.StartAsync(default);
        isGone = true;
        log.Add("line\n"u8.ToArray());

        await log.StopAsync(default);

        Assert.Equal(1, _told.Count("ends without 1 lines"));
    }

    /// <summary>What ends the one that writes ends the server.</summary>
    [Fact]
    public async Task Memory_ThatIsLacking_EndsNothing()
    {
        bool isLacking = false;
        using AuditLog log = Make(path => isLacking ? throw new InsufficientMemoryException() : AuditFile.Open(path));
        await log.StartAsync(default);
        isLacking = true;
        log.Add("lost\n"u8.ToArray());
        await UntilAsync(() => log.LeftOut == 1);
        isLacking = false;
        log.Add("line\n"u8.ToArray());
        await log.StopAsync(default);

        string[] lines = await System.IO.File.ReadAllLinesAsync(File);
        Assert.Equal(2, lines.Length);
        Assert.Contains("\"leftOut\":1}", lines[0], StringComparison.Ordinal);
        Assert.Equal("line", lines[1]);
    }

    /// <summary>A disk that is full takes a part of what it is given.</summary>
    [Fact]
    public async Task Lines_ThatDoNotFit_LeaveNothingBehind()
    {
        using var file = new SmallDisk(20);
        await AuditFile.AppendAsync(file, "first line\n"u8.ToArray());

        await Assert.ThrowsAsync<IOException>(() => AuditFile.AppendAsync(file, "second line\n"u8.ToArray()));
        await AuditFile.AppendAsync(file, "third\n"u8.ToArray());

        Assert.Equal("first line\nthird\n"u8.ToArray(), file.ToArray());
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (int look = 0; !holds(); look++)
        {
            Assert.True(look < 3000, "It did not come to pass within a minute.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    private AuditLog Make(Func<string, Stream>? open = null) =>
        new(new DocServiceOptions { AuditFile = File }, _clock, _loggers.CreateLogger<AuditLog>()) { Open = open ?? AuditFile.Open };

    /// <summary>Takes so many bytes, and of what is more than that its beginning.</summary>
    private sealed class SmallDisk(int bytes) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int room = bytes - (int)Length;
            await base.WriteAsync(buffer[..Math.Min(room, buffer.Length)], cancellationToken);
            if (buffer.Length > room)
            {
                throw new IOException("No space left on device.");
            }
        }
    }
}
