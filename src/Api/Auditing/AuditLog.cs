using System.Text;
using System.Threading.Channels;
using DocService.Api.Configuration;
using DocService.Storage;

namespace DocService.Api.Auditing;

/// <summary>
/// The file of the audit log: a line of JSON for each request that could change something, in the order in which they were answered.
/// No write waits for it. What the disk does not take, or comes faster than the disk takes it, is left out, and a line tells how much.
/// </summary>
/// <remarks>
/// Owns: the lines that are not written yet, <see cref="LinesMax"/> and <see cref="BytesMax"/> at most. Thread: any adds; one writes. The
/// file is opened anew each time, so whoever moves it away gets another. A line is in the system's hands when it is written; a power cut
/// may take the last ones. On failure: lines are left out, and the server's log says so once in a minute at most.
/// </remarks>
internal sealed class AuditLog(DocServiceOptions options, TimeProvider clock, ILogger<AuditLog> logger) : BackgroundService
{
    public const int LinesMax = 8192;

    /// <summary>Of the lines that wait: paths and ids are as long as their sender likes.</summary>
    public const int BytesMax = 16 << 20;

    /// <summary>Its end waits that long for the disk, whatever the requests before have left of the host's own time.</summary>
    public static readonly TimeSpan StopMax = TimeSpan.FromSeconds(1);

    private const int BytesAtOnce = 1 << 20;

    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(LinesMax) { SingleReader = true });
    private readonly Lock _telling = new();
    private long _waiting;
    private long _leftOut;
    private long? _told;

    /// <summary>Opens the file of that path, to be added to.</summary>
    public Func<string, Stream> Open { get; init; } = AuditFile.Open;

    /// <summary>Lines that are not written and never will be, and that no line has told of yet.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Never waits, and never throws.</summary>
    public void Add(byte[] line)
    {
        if (Interlocked.Add(ref _waiting, line.Length) <= BytesMax && _lines.Writer.TryWrite(line))
        {
            return;
        }

        Interlocked.Add(ref _waiting, -line.Length);
        Interlocked.Increment(ref _leftOut);
        Tell("more come than the disk takes.");
    }

    /// <exception cref="StoreConfigurationException">The file cannot be written: whoever asks for an audit log wants to know that.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.AuditFile is null)
        {
            return Task.CompletedTask;
        }

        try
        {
            using Stream file = Open(options.AuditFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StoreConfigurationException($"The audit log {options.AuditFile} cannot be written: {exception.Message}");
        }

        return base.StartAsync(cancellationToken);
    }

    /// <summary>After the last request: what has been added is written, as far as the disk takes it.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _lines.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            // Not by the host's token: the requests before may have used up all of its time, and theirs are the lines.
            await writing.WaitAsync(StopMax, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!writing.IsCompleted || LeftOut > 0)
            {
                logger.LogError("The audit log {File} ends without {Lines} lines", options.AuditFile, LeftOut + _lines.Reader.Count);
            }
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var text = new MemoryStream();
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None)) // it ends when the log is complete
        {
            long lines = 0;
            try
            {
                text.SetLength(0);
                lines = Interlocked.Exchange(ref _leftOut, 0);
                if (lines > 0)
                {
                    text.Write(Encoding.ASCII.GetBytes($$"""{"time":"{{clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}","leftOut":{{lines}}}""" + "\n"));
                }

                while (text.Length < BytesAtOnce && _lines.Reader.TryRead(out byte[]? line))
                {
                    lines++;
                    Interlocked.Add(ref _waiting, -line.Length);
                    text.Write(line);
                }

                await using Stream file = Open(options.AuditFile!);
                await AuditFile.AppendAsync(file, text.GetBuffer().AsMemory(0, (int)text.Length));
            }
#pragma warning disable CA1031 // What ends this ends the server. Whatever keeps the lines from the file, also a lack of memory: the writes go on.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.Add(ref _leftOut, lines);
                Tell(exception.Message);
            }
        }
    }

    private void Tell(string reason)
    {
        lock (_telling)
        {
            if (_told is { } told && clock.GetElapsedTime(told) < ToldEvery)
            {
                return;
            }

            _told = clock.GetTimestamp();
        }

        logger.LogError("The audit log {File} leaves lines out, {Lines} by now: {Reason}", options.AuditFile, LeftOut, reason);
    }
}
