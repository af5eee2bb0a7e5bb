using System.Globalization;
using System.Net.Http.Headers;
using DocService.Transfer.Http;
using DocService.Transfer.Sources;

namespace DocService.Transfer.Sending;

/// <summary>
/// Imports files into a running server. It sends them in chunks, each as one request with a key of its own, so that a chunk that is
/// sent twice is written once. A note says which chunks are answered. An import that was stopped reads its sources again from the
/// beginning and sends what the note does not have.
/// </summary>
/// <remarks>Owns: the note. Thread: one flow. Memory: one chunk.</remarks>
public sealed class ImportJob
{
    private readonly ImportOptions _options;
    private readonly ITransferWatcher _watcher;
    private readonly ServerClient _server;
    private ImportNote _note;
    private byte[] _digest = [];
    private long _number;
    private long _bytesBefore;
    private long? _bytes;
    private long _skipped;

    /// <param name="options">What is imported.</param>
    /// <param name="http">Its base address is the server's, and ends with a slash.</param>
    /// <param name="policy">How patient it is.</param>
    /// <param name="clock">Waits by it.</param>
    /// <param name="watcher">Is told what happens.</param>
    /// <exception cref="TransferException">There is a note of another import.</exception>
    public ImportJob(ImportOptions options, HttpClient http, RetryPolicy policy, TimeProvider clock, ITransferWatcher watcher)
    {
        _options = options;
        _watcher = watcher;
        _server = new ServerClient(http, options.Key, policy, clock, watcher);
        _note = (options.Restarts ? null : ImportNote.Read(options, http.BaseAddress!)) ?? ImportNote.Begin(options, http.BaseAddress!);
    }

    /// <summary>Imports all that is left.</summary>
    /// <exception cref="TransferException">It cannot go on. What is noted as done is done.</exception>
    /// <exception cref="IOException">A source cannot be read, or the note cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public async Task<ImportTotals> RunAsync(CancellationToken cancellation)
    {
        if (_note.Chunks > 0)
        {
            _watcher.Remark(string.Create(CultureInfo.InvariantCulture, $"Going on with an import that was stopped: {_note.Totals.Taken:N0} documents are done."));
        }

        _bytes = OpenSource.Measure(_options.Sources, cancellation);
        Save(); // before anything is sent: where it cannot be written, the import could not go on after a stop
        if (!await TryRunAsync(cancellation))
        {
            _watcher.Remark("What the stopped import had written is not in this store: beginning anew.");
            _note = _note with { Chunks = 0, Digest = string.Empty, Totals = new ImportTotals() };
            await TryRunAsync(cancellation);
        }

        if (_options.NotePath is { } path)
        {
            File.Delete(path);
        }

        return _note.Totals;
    }

    /// <summary>False when the store does not have what the note says.</summary>
    private async Task<bool> TryRunAsync(CancellationToken cancellation)
    {
        (_digest, _number, _bytesBefore, _skipped) = ([], 0, 0, _note.Totals.Taken);
        foreach (string path in _options.Sources)
        {
            using OpenSource source = await OpenSource.OpenAsync(path, _options.Format, _options.Prefix, cancellation);
            var chunks = new ChunkReader(source.Source, _options.ChunkLines);
            while (await chunks.ReadAsync(cancellation) is { } chunk)
            {
                if (!await TakeAsync(chunk, cancellation))
                {
                    return false;
                }

                _watcher.Progress(new TransferProgress(_note.Totals.Taken, _skipped, _bytesBefore + source.BytesRead, _bytes));
            }

            _bytesBefore += source.BytesRead;
        }

        return _number >= _note.Chunks ? true : throw Changed(); // shorter than it was
    }

    /// <summary>One chunk: passed over, or sent. False when the store does not have the last one of those that the note says it has.</summary>
    private async Task<bool> TakeAsync(Chunk chunk, CancellationToken cancellation)
    {
        _number++;
        _digest = chunk.Digest(_digest);
        if (_number < _note.Chunks)
        {
            return true;
        }

        if (_number == _note.Chunks && Convert.ToHexString(_digest) != _note.Digest)
        {
            throw Changed();
        }

        ImportAnswer? answer = chunk.Places.Count == 0 ? null : await SendAsync(chunk, cancellation);
        if (_number == _note.Chunks)
        {
            return answer is not { New: > 0 };
        }

        Tell(chunk, answer);
        ImportTotals totals = _note.Totals;
        _note = _note with
        {
            Chunks = _number,
            Digest = Convert.ToHexString(_digest),
            Totals = new ImportTotals
            {
                Created = totals.Created + (answer?.Created ?? 0),
                Replaced = totals.Replaced + (answer?.Replaced ?? 0),
                Skipped = totals.Skipped + (answer?.Skipped ?? 0),
                Refused = totals.Refused + (answer?.Refused ?? 0),
                Faults = totals.Faults + chunk.Faults.Count,
                Passed = Sum(totals.Passed, chunk.Passed),
            },
        };
        Save();
        return true;
    }

    /// <summary>The same request each time: its key is made of the import's name and the chunk's number.</summary>
    private async Task<ImportAnswer> SendAsync(Chunk chunk, CancellationToken cancellation)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"\"import-{_note.Run}-{_number}\"");
        HttpRequestMessage Make()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "import?onConflict=" + _options.OnConflict)) { Content = new ReadOnlyMemoryContent(chunk.Bytes) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            request.Headers.TryAddWithoutValidation("Durability", "durable"); // whatever the server's default is: what is noted is done
            request.Headers.ExpectContinue = true; // a refusal comes before the body is sent
            return request;
        }

        ImportAnswer answer = await _server.SendAsync(Make, ImportAnswer.ReadAsync, cancellation);
        return answer.Lines == chunk.Places.Count ? answer
            : throw new TransferException(string.Create(CultureInfo.InvariantCulture, $"The server has answered for {answer.Lines} lines of {chunk.Places.Count}."));
    }

    private void Tell(Chunk chunk, ImportAnswer? answer)
    {
        IEnumerable<(SourcePlace Place, string Reason)> refusals = answer?.Refusals.Select(refusal =>
            (chunk.Places[(int)refusal.Line - 1], $"{(refusal.Id is null ? string.Empty : $"'{refusal.Id}' ")}{refusal.Reason}")) ?? [];
        foreach ((SourcePlace place, string reason) in chunk.Faults.Concat(refusals).OrderBy(static one => one.Place.Line))
        {
            _watcher.Fault($"{place}: {reason}");
        }
    }

    private TransferException Changed() =>
        new($"{string.Join(", ", _options.Sources)} is not what it was when the import was stopped. With --restart it begins anew; what is there already is then refused, or kept with --on-conflict skip.");

    private void Save()
    {
        if (_options.NotePath is { } path)
        {
            _note.Write(path);
        }
    }

    private static SortedDictionary<string, long> Sum(SortedDictionary<string, long> one, SortedDictionary<string, long> other)
    {
        var sum = new SortedDictionary<string, long>(one, StringComparer.Ordinal);
        foreach ((string what, long count) in other)
        {
            sum[what] = sum.GetValueOrDefault(what) + count;
        }

        return sum;
    }
}
