using System.Globalization;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;
using DocService.Proof.Server;

namespace DocService.Proof.Clusters;

/// <summary>DocService on a cluster of PostgreSQL servers whose machines fail one after the other under load, judged by its ledger after each.</summary>
/// <remarks>Thread: one flow; its clients run beside it. On failure: ends at the first violation.</remarks>
internal sealed class ClusterCampaign(Cluster cluster, string logFile, CrashTestOptions options, TimeProvider clock, Action<string> say)
{
    private const int Documents = 8;
    private const int AnswersMax = 300;
    private const string BusyTimeout = "00:00:15";

    /// <summary>Patroni notices a machine that is gone after 20 s; then another takes its place.</summary>
    private static readonly TimeSpan LoadTimeMax = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(options.Seed);
    private readonly Ledger _ledger = new([.. Enumerable.Range(0, Documents).Select(index => $"k{index}")]);
    private readonly Dictionary<Trouble, int> _troubles = [];
    private readonly Tally _tally = new();

    public string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"cluster: {string.Join(", ", _troubles.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Value} × {NameOf(pair.Key)}"))}; {_tally.Acknowledged:N0} acknowledged writes ({_tally.Promised:N0} of them {options.Promise}), {_tally.Reads:N0} reads, {_tally.Refused:N0} refused, {_tally.Unknown:N0} unknown outcomes, {_ledger.OperationsChecked:N0} operations in linearizable histories");

    /// <summary>Every violation; empty: none.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(int rounds, CancellationToken cancellation)
    {
        Trouble[] troubles = [.. Enum.GetValues<Trouble>().Where(trouble => cluster.HasNamespaces || trouble < Trouble.NetworkCut)];
        ServerProcess server = Start();
        try
        {
            for (int round = 0; round < rounds; round++)
            {
                if (round % troubles.Length == 0)
                {
                    _random.Shuffle(troubles);
                }

                Trouble trouble = troubles[round % troubles.Length];
                _troubles[trouble] = _troubles.GetValueOrDefault(trouble) + 1;
                await server.ListenAsync(clock);
                await LoadAsync(server, trouble, cancellation);
                if (trouble == Trouble.ServerKilled)
                {
                    await server.DisposeAsync();
                    server = Start();
                    await server.ListenAsync(clock);
                }

                await cluster.BecomeWholeAsync(cancellation);
                IReadOnlyList<string> violations = await JudgeAsync(server, cancellation);
                say($"{round + 1}/{rounds} {NameOf(trouble)}; {Describe()}");
                if (violations.Count > 0)
                {
                    return violations;
                }
            }

            return await server.StopAsync(clock) ? [] : ["the server did not stop when asked"];
        }
        catch (ViolationException exception)
        {
            return [exception.Message];
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static string NameOf(Trouble trouble) => trouble switch
    {
        Trouble.PrimaryKilled => "the primary killed",
        Trouble.ServerKilled => "DocService killed",
        Trouble.StandbyKilled => "a standby killed",
        Trouble.NetworkCut => "the primary cut off",
        _ => "the primary cut off and killed",
    };

    private static HttpClient Connect(ServerProcess server) => new() { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(90) };

    private ServerProcess Start() => ServerProcess.Start(options.Program, Path.Combine(Path.GetDirectoryName(logFile)!, "none"), logFile,
    [
        "--DocService:Engine=postgres", $"--ConnectionStrings:Postgres={cluster.Connection}", $"--DocService:BusyTimeout={BusyTimeout}",
        .. options.Promise == CrashTestOptions.Replicated ? (string[])["--DocService:Replicas=1"] : [],
    ]);

    /// <summary>Clients write, the trouble comes, they go on for a while; then what was broken is mended.</summary>
    private async Task LoadAsync(ServerProcess server, Trouble trouble, CancellationToken cancellation)
    {
        (int primary, IReadOnlyList<int> standbys) = await cluster.BecomeWholeAsync(cancellation);
        int standby = standbys[_random.Next(standbys.Count)];
        using HttpClient http = Connect(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var exchange = new Exchange(http, _ledger, clock, diskMayFail: false) { Promise = options.Promise };
        Task load = new Load(exchange, _ledger, _random.Next()) { Levels = [options.Promise] }.RunAsync(stop.Token);
        await UntilAnswersAsync(_ledger.Answered + _random.Next(20, AnswersMax), load, cancellation);
        await StrikeAsync(server, trouble, primary, standby, cancellation);
        await UntilAnswersAsync(_ledger.Answered + _random.Next(20, AnswersMax), load, cancellation);
        await stop.CancelAsync();
        await load;
        await MendAsync(trouble, primary, standby);
    }

    private async Task StrikeAsync(ServerProcess server, Trouble trouble, int primary, int standby, CancellationToken cancellation)
    {
        switch (trouble)
        {
            case Trouble.PrimaryKilled:
                await cluster.KillAsync(primary);
                break;
            case Trouble.StandbyKilled:
                await cluster.KillAsync(standby);
                break;
            case Trouble.ServerKilled:
                await server.KillAsync();
                break;
            default:
                await cluster.CutAsync(primary);
                await Task.Delay(CutTime, clock, cancellation); // writes go on meanwhile, or wait
                if (trouble == Trouble.PrimaryCutOffAndKilled)
                {
                    await cluster.KillAsync(primary);
                }

                break;
        }
    }

    private async Task MendAsync(Trouble trouble, int primary, int standby)
    {
        if (trouble is Trouble.NetworkCut or Trouble.PrimaryCutOffAndKilled)
        {
            await cluster.HealAsync(primary);
        }

        if (trouble is Trouble.PrimaryKilled or Trouble.PrimaryCutOffAndKilled or Trouble.StandbyKilled)
        {
            await cluster.StartAsync(trouble == Trouble.StandbyKilled ? standby : primary);
        }
    }

    private async Task UntilAnswersAsync(int answers, Task load, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), clock);
        long began = clock.GetTimestamp();
        while (_ledger.Answered < answers && !load.IsCompleted && clock.GetElapsedTime(began) < LoadTimeMax)
        {
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>Reads every document and holds the ledger against it.</summary>
    private async Task<IReadOnlyList<string>> JudgeAsync(ServerProcess server, CancellationToken cancellation)
    {
        using HttpClient http = Connect(server);
        await BecomeReadyAsync(http, cancellation);
        long ended = clock.GetTimestamp();
        IReadOnlyList<Call> calls = _ledger.Calls;
        _tally.Add(calls);
        var reading = new Exchange(http, new Ledger(_ledger.Keys), clock, diskMayFail: false); // these reads belong to no epoch
        var found = new Dictionary<string, Observation>();
        foreach (string key in _ledger.Keys)
        {
            found[key] = await reading.ReadAsync(key, cancellation) ?? throw new ViolationException($"GET {key} was not answered by a cluster that is whole");
        }

        // What has not reached the promised level may be lost, as if the power were cut.
        IReadOnlyList<string> violations = _ledger.Close(CrashKind.PowerCut, ended, found);
        if (violations.Count > 0)
        {
            await HistoryFile.WriteAsync(Path.ChangeExtension(logFile, ".history"), calls, found);
        }

        return violations;
    }

    private async Task BecomeReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            using HttpResponseMessage answer = await http.GetAsync("/healthz/ready", cancellation);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            if (clock.GetElapsedTime(began) > ReadyMax)
            {
                throw new ViolationException($"the server is not ready on a cluster that is whole: {await answer.Content.ReadAsStringAsync(cancellation)}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellation);
        }
    }
}
