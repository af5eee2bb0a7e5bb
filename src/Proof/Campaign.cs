using System.Net;
using System.Text.Json;
using DocService.Proof.Clients;
using DocService.Proof.Crashes;
using DocService.Proof.Ledgers;
using DocService.Proof.Server;

namespace DocService.Proof;

/// <summary>One data directory, crashed again and again under load, and judged by its ledger after every crash.</summary>
/// <remarks>Thread: one flow; its clients run beside it between start and crash. On failure: ends at the first violation.</remarks>
internal sealed class Campaign(ICrash crash, string dataDirectory, string logFile, CrashTestOptions options, TimeProvider clock, Action<string> say)
{
    private const int Documents = 8;

    /// <summary>A crash comes after so many answers at most: in the first group, or when segments have rolled.</summary>
    private const int AnswersMax = 250;

    /// <summary>A server that is too slow for that is crashed all the same.</summary>
    private static readonly TimeSpan LoadTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>One start in so many is itself crashed.</summary>
    private const int StartsPerCrashedStart = 8;

    /// <summary>A start takes a few hundred milliseconds; recovery runs in the second half.</summary>
    private const int StartMillisecondsMax = 400;

    private const int ProgressEvery = 10;

    private readonly Random _random = new(options.Seed);
    private readonly Ledger _ledger = new([.. Enumerable.Range(0, Documents).Select(index => $"{QueryCheck.Prefix}{index}")]);
    private readonly Tally _tally = new();
    private readonly FeedReader _feed = new(clock, diskMayFail: crash.Kind == CrashKind.PowerCut);
    private readonly RetryingClients _retrying = new(clock);
    private readonly VersionCheck _versions = new(VersionCheck.FilesTimeMax);
    private long _crashed;
    private bool _hasServed;
    private bool _isDeclared;

    public string Describe() => $"{crash.Name}: {_tally.Describe(_ledger.OperationsChecked)}";

    /// <summary>Type and mount options below the data directory, as the server names them.</summary>
    public string FileSystem { get; private set; } = "unknown";

    /// <summary>Every violation; empty: none.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(int crashes, CancellationToken cancellation)
    {
        try
        {
            for (int number = 1; number <= crashes; number++)
            {
                cancellation.ThrowIfCancellationRequested();
                IReadOnlyList<string> violations = await CycleAsync(cancellation);
                if (violations.Count > 0)
                {
                    return violations;
                }

                if (number % ProgressEvery == 0 || number == crashes)
                {
                    say($"{number}/{crashes} {Describe()}");
                }
            }

            return await EndAsync(cancellation);
        }
        catch (ViolationException exception)
        {
            return [exception.Message];
        }
    }

    /// <summary>Start, judge the crash before, load, crash.</summary>
    private async Task<IReadOnlyList<string>> CycleAsync(CancellationToken cancellation)
    {
        await using ServerProcess server = ServerProcess.Start(options.Program, dataDirectory, logFile);
        _tally.Crashes++;
        if (_random.Next(StartsPerCrashedStart) == 0)
        {
            _tally.CrashesDuringStart++;
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(StartMillisecondsMax)), clock, cancellation); // the moment of the crash is what is drawn
            await crash.StrikeAsync(server, _random);
            await crash.RecoverAsync();
            return Inspect();
        }

        await server.ListenAsync(clock);
        IReadOnlyList<string> violations = await JudgeAsync(server, cancellation);
        if (violations.Count > 0)
        {
            return violations;
        }

        await LoadAsync(server, cancellation);
        return Inspect();
    }

    private async Task LoadAsync(ServerProcess server, CancellationToken cancellation)
    {
        using var http = Connect(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var hostile = new HostileClients(server.Port, options.IdleConnections, clock);
        Task load = new Load(new Exchange(http, _ledger, clock, crash.Kind == CrashKind.PowerCut), _ledger, _random.Next()).RunAsync(stop.Token);
        Task annoyance = hostile.RunAsync(stop.Token);
        using HttpClient counted = Connect(server);
        Task retrying = _retrying.RunAsync(counted, stop.Token);
        Task following = _isDeclared ? _feed.FollowAsync(http, stop.Token) : Task.CompletedTask;
        try
        {
            await UntilAnswersAsync(_random.Next(1, AnswersMax), cancellation);
            await crash.StrikeAsync(server, _random);
        }
        finally
        {
            await stop.CancelAsync();
            await annoyance;
        }

        try
        {
            await Task.WhenAll(load, retrying, following);
        }
        finally
        {
            await crash.RecoverAsync();
        }

        _crashed = clock.GetTimestamp();
        _tally.Hostile += hostile.Requests;
    }

    private async Task UntilAnswersAsync(int answers, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), clock);
        long began = clock.GetTimestamp();
        while (_ledger.Answered < answers && clock.GetElapsedTime(began) < LoadTimeMax)
        {
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>What the crash left, before the next start repairs it.</summary>
    private IReadOnlyList<string> Inspect() => _hasServed ? [.. options.Inspect(dataDirectory).Select(damage => "damage on disk after a crash: " + damage)] : [];

    /// <summary>Reads every document and holds the ledger against it.</summary>
    private async Task<IReadOnlyList<string>> JudgeAsync(ServerProcess server, CancellationToken cancellation)
    {
        using HttpClient http = Connect(server);
        _hasServed = true;
        IReadOnlyList<Call> calls = _ledger.Calls;
        _tally.Add(calls);
        _versions.Note(_isDeclared ? calls : [], crash.Kind);
        var reading = new Exchange(http, new Ledger(_ledger.Keys), clock, diskMayFail: false); // these reads belong to no epoch
        var found = new Dictionary<string, Observation>();
        foreach (string key in _ledger.Keys)
        {
            found[key] = await reading.ReadAsync(key, cancellation) ?? throw new ViolationException($"GET {key} was not answered after a start");
            _tally.KeysRead++;
        }

        List<string> violations = [.. _ledger.Close(crash.Kind, _crashed, found)];
        foreach (string id in HostileClients.Ids)
        {
            using HttpResponseMessage answer = await http.GetAsync($"/docs/{id}", cancellation);
            if (answer.StatusCode != HttpStatusCode.NotFound)
            {
                violations.Add($"{id} is answered {(int)answer.StatusCode}: a request that never ended was carried out");
            }
        }

        violations.AddRange(await _retrying.JudgeAsync(http, cancellation));
        _tally.Note(_retrying);
        var queries = new QueryCheck(http, clock);
        if (violations.Count == 0 && await queries.DeclareAsync(_isDeclared, cancellation))
        {
            _isDeclared = true;
            violations.AddRange(await queries.CompareAsync(found, cancellation));
            violations.AddRange(await _versions.CompareAsync(http, _ledger.Keys, cancellation));
            violations.AddRange(await _feed.CompareAsync(http, found, cancellation));
            _tally.Versions = _versions.Versions;
            _tally.Listings++;
            _tally.Changes = _feed.Changes;
            _tally.Resets = _feed.Resets;
        }

        if (violations.Count > 0)
        {
            await HistoryFile.WriteAsync(Path.ChangeExtension(logFile, ".history"), calls, found);
        }

        return violations;
    }

    /// <summary>The last crash is judged too, then the server is asked to stop.</summary>
    private async Task<IReadOnlyList<string>> EndAsync(CancellationToken cancellation)
    {
        await using ServerProcess server = ServerProcess.Start(options.Program, dataDirectory, logFile);
        await server.ListenAsync(clock);
        IReadOnlyList<string> violations = await JudgeAsync(server, cancellation);
        violations = violations.Count > 0 ? violations : await _versions.CompareFilesAsync(dataDirectory, clock, cancellation);
        if (violations.Count > 0)
        {
            return violations;
        }

        using (HttpClient http = Connect(server))
        {
            using JsonDocument status = JsonDocument.Parse(await http.GetStringAsync("/status", cancellation));
            JsonElement volume = status.RootElement.GetProperty("fileSystem"u8);
            FileSystem = $"{volume.GetProperty("type"u8).GetString()} ({volume.GetProperty("mountOptions"u8).GetString()})";
        }

        return await server.StopAsync(clock) ? Inspect() : ["the server did not stop when asked"];
    }

    private static HttpClient Connect(ServerProcess server) => new() { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(30) };
}
