using System.Threading.Channels;
using DocService.Api.Configuration;
using DocService.Storage;

namespace DocService.Api.Auditing;

/// <summary>
/// The file of the audit log: a line of JSON for each request that could change something, in the order in which they were answered.
/// No write waits for it. What the disk does not take, or comes faster than the disk takes it, is left out, and a line tells how much.
/// </summary>
/// <remarks>
/// Owns: the lines that are not written yet, <see cref="LinesMax"/> at most. Thread: any adds; one writes. The file is opened anew each
/// time, so whoever moves it away gets another. A line is in the system's hands when it is written; a power cut may take the last ones.
/// </remarks>
internal sealed class AuditLog(DocServiceOptions options, TimeProvider clock, ILogger<AuditLog> logger) : BackgroundService
{
    public const int LinesMax = 8192;

    private const int BytesAtOnce = 1 << 20;

    private static readonly TimeSpan ToldEvery = TimeSpan.FromMinutes(1);

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(LinesMax) { SingleReader = true });
    private long _leftOut;
    private long? _told;

    /// <summary>Lines that are not written and never will be, and that no line has told of yet.</summary>
    public long LeftOut => Interlocked.Read(ref _leftOut);

    /// <summary>Never waits, and never throws.</summary>
    public void Add(byte[] line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _leftOut);
        }
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
            using FileStream file = Open();
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
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None)) // it ends when the log is complete
        {
            using var text = new MemoryStream();
            long count = 0;
            long before = Interlocked.Exchange(ref _leftOut, 0);
            if (before > 0)
            {
                text.Write(System.Text.Encoding.ASCII.GetBytes($$"""{"time":"{{clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}}","leftOut":{{before}}}""" + "\n"));
            }

            while (text.Length < BytesAtOnce && _lines.Reader.TryRead(out byte[]? line))
            {
                text.Write(line);
                count++;
            }

            await WriteAsync(text, before + count);
        }
    }

    private async Task WriteAsync(MemoryStream text, long lines)
    {
        try
        {
            await using FileStream file = Open();
            await file.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Interlocked.Add(ref _leftOut, lines);
            if (_told is not { } told || clock.GetElapsedTime(told) >= ToldEvery)
            {
                _told = clock.GetTimestamp();
                logger.LogError("The audit log {File} cannot be written; {Lines} lines are left out: {Reason}", options.AuditFile, lines, exception.Message);
            }
        }
    }

    private FileStream Open()
    {
        var how = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite; // ids may tell something themselves
        }

        return new FileStream(options.AuditFile!, how);
    }
}
