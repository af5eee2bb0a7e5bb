using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using DocService.Transfer.Http;
using DocService.Transfer.Sources;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Receiving;

/// <summary>
/// Exports documents of a running server, all of one moment. An export that breaks off is begun anew: one that went on from where it
/// was would hold documents of several moments.
/// </summary>
/// <remarks>Thread: one flow. Memory: one line.</remarks>
public sealed class ExportJob
{
    /// <summary>So long a server may send nothing; longer than it may search for a document.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(2);

    private readonly ExportOptions _options;
    private readonly ITransferWatcher _watcher;
    private readonly TimeProvider _clock;
    private readonly ServerClient _server;

    /// <param name="options">What is exported.</param>
    /// <param name="http">Its base address is the server's, and ends with a slash; it has no time limit of its own.</param>
    /// <param name="policy">How patient it is.</param>
    /// <param name="clock">Waits by it.</param>
    /// <param name="watcher">Is told what happens.</param>
    public ExportJob(ExportOptions options, HttpClient http, RetryPolicy policy, TimeProvider clock, ITransferWatcher watcher)
    {
        _options = options;
        _watcher = watcher;
        _clock = clock;
        _server = new ServerClient(http, options.Key, policy, clock, watcher);
    }

    /// <summary>Exports to the file that the options name, or to the standard output.</summary>
    /// <returns>How many documents there are, in a file that is whole and synced.</returns>
    /// <exception cref="TransferException">It could not be done: there is no whole file, or still the one from before.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<long> RunAsync(CancellationToken cancellation)
    {
        await using IExportTarget target = _options.Path is { } path ? new FileTarget(path) : new StreamTarget(Console.OpenStandardOutput());
        return await RunAsync(target, cancellation);
    }

    internal async Task<long> RunAsync(IExportTarget target, CancellationToken cancellation)
    {
        long? expected = await CountAsync(cancellation);
        long documents = await _server.SendAsync(() => Ask("&include=raw", "application/x-ndjson"), (response, end) => TakeAsync(response, target, expected, end), cancellation);
        await target.CompleteAsync(cancellation);
        return documents;
    }

    /// <summary>How many there are about now: for the time that is left.</summary>
    private Task<long?> CountAsync(CancellationToken cancellation) => _server.SendAsync(
        () => Ask("&count=true&limit=1&include=id", "application/json"),
        static async (response, end) =>
        {
            using JsonDocument page = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(end), default, end);
            return page.RootElement.TryGetProperty("count", out JsonElement count) ? count.GetInt64() : (long?)null;
        },
        cancellation);

    private HttpRequestMessage Ask(string parameters, string type)
    {
        string query = parameters.TrimStart('&')
            + (_options.Prefix is { } prefix ? "&prefix=" + Uri.EscapeDataString(prefix) : string.Empty)
            + (_options.Filter is { } filter ? "&filter=" + Uri.EscapeDataString(filter) : string.Empty);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server.Address, "docs?" + query));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    }

    private async Task<long> TakeAsync(HttpResponseMessage response, IExportTarget target, long? expected, CancellationToken cancellation)
    {
        if (target.IsFinal)
        {
            throw new TransferException("The export broke off. What has gone to the standard output is not whole: the last line is missing.");
        }

        try
        {
            return await CopyAsync(response, target.Begin(), expected, cancellation);
        }
        catch (ExportTargetException exception)
        {
            throw new TransferException($"The export cannot be written: {exception.Message}", exception);
        }
    }

    private async Task<long> CopyAsync(HttpResponseMessage response, Stream target, long? expected, CancellationToken cancellation)
    {
        using var idle = new CancellationTokenSource(IdleMax, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
        using var buffer = new SlidingBuffer(await response.Content.ReadAsStreamAsync(end.Token));
        var lines = new LineReader(buffer);
        long documents = 0;
        while (await lines.ReadAsync(end.Token))
        {
            idle.CancelAfter(IdleMax);
            if (lines.IsTooLong || !lines.IsEnded)
            {
                break;
            }

            ReadOnlyMemory<byte> line = lines.Line;
            if (line.Span.StartsWith("{\"id\":"u8))
            {
                await WriteAsync(target, line, cancellation);
                documents++;
                _watcher.Progress(new TransferProgress(documents, 0, documents, expected));
                continue;
            }

            ThrowUnlessLast(line.Span, documents);
            await WriteAsync(target, line, cancellation);
            return !await lines.ReadAsync(end.Token) ? documents : throw new IOException("Something stands behind the last line of the export.");
        }

        throw new IOException("The export broke off.");
    }

    private static void ThrowUnlessLast(ReadOnlySpan<byte> line, long documents)
    {
        LineShape last;
        try
        {
            last = LineShape.Of(line);
        }
        catch (JsonException exception)
        {
            throw new IOException("The export broke off.", exception);
        }

        if (!last.IsLast || last.Count != documents)
        {
            throw last.Error is { } error ? EndOf(error) : new IOException("The export is not whole.");
        }
    }

    /// <summary>A server that stops is there again; what took it too long, or is damaged, would end the next one as well.</summary>
    private static Exception EndOf(string problem)
    {
        string message = $"The server has ended the export: {problem}";
        using JsonDocument parsed = JsonDocument.Parse(problem);
        bool isPassing = parsed.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("type", out JsonElement type) && type.ToString().EndsWith("/shutting-down", StringComparison.Ordinal);
        return isPassing ? new IOException(message) : new TransferException(message);
    }

    /// <summary>A target that fails is no broken connection: it must not be tried again.</summary>
    private static async Task WriteAsync(Stream target, ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        try
        {
            await target.WriteAsync(line, cancellation);
            target.WriteByte((byte)'\n');
        }
        catch (IOException exception)
        {
            throw new ExportTargetException(exception.Message);
        }
    }

    private sealed class ExportTargetException(string message) : Exception(message);
}
