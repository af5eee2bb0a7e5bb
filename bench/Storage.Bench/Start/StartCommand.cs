using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using DocService.Storage.Bench.Raw;
using DocService.Storage.Bench.Support;
using DocService.Storage.Engine.Versions;

namespace DocService.Storage.Bench.Start;

/// <summary>
/// What the number of documents costs: start after a clean stop and after kill -9 with a full journal, memory, and a PUT
/// and a GET with few and with many documents.
/// </summary>
internal static class StartCommand
{
    private const double MemoryGoalMebibytes = 400;
    private const double GrowthGoal = 1.2;
    private static readonly TimeSpan CleanGoal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KilledGoal = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Arguments arguments)
    {
        string directory = arguments.Directory();
        int many = arguments.Number("--documents", 1_000_000);
        int few = Math.Min(arguments.Number("--few", 10_000), many);
        int rounds = arguments.Number("--rounds", 5);
        TimeSpan seconds = arguments.Seconds("--seconds", 10);
        TimeSpan overfill = arguments.Seconds("--overfill-seconds", 120);
        arguments.Close();

        using (var device = new RawDevice(directory))
        {
            LoadResult raw = device.Run(RawDevice.GroupBytes(1, 1, 1024), TimeSpan.FromSeconds(1));
            Console.WriteLine($"Raw device, one commit a sync: {raw.PerSecond:0} syncs/s, p50 {Table.Milliseconds(raw.Latencies.At(0.5))} ms.");
        }

        string small = await FillAsync(directory, few);
        string large = await FillAsync(directory, many);
        var goals = new List<(string Goal, string Measured, bool IsReached)>();
        await MeasureCostsAsync(small, few, large, many, rounds, seconds, goals);
        await MeasureStartsAsync(large, many, rounds, seconds, overfill, goals);
        _ = new Table($"{many} documents: goals", "goal", "measured", "verdict");
        foreach ((string goal, string measured, bool isReached) in goals)
        {
            Table.Row(goal, measured, Table.Verdict(isReached));
        }

        Directory.Delete(small, recursive: true);
        if (large != small)
        {
            Directory.Delete(large, recursive: true);
        }
    }

    private static async Task<string> FillAsync(string directory, int documents)
    {
        string data = Stores.Fresh(directory, $"start-{documents}");
        long started = Stopwatch.GetTimestamp();
        await using DocumentStore store = Stores.Open(data);
        await Stores.FillAsync(store, "doc", documents, new Samples(1024));
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        Console.WriteLine($"Filled and filed {documents} documents in {elapsed.TotalSeconds:0.0} s: {documents / elapsed.TotalSeconds:0} documents/s.");
        return data;
    }

    private static async Task MeasureCostsAsync(
        string small, int few, string large, int many, int rounds, TimeSpan seconds, List<(string Goal, string Measured, bool IsReached)> goals)
    {
        var samples = new Samples(1024);
        (string Name, string Data, int Documents, int Used)[] cases =
        [
            ($"{few} documents", small, few, few),
            ($"{many} documents, {few} of them in use", large, many, few),
            ($"{many} documents, all in use", large, many, many),
        ];
        var puts = cases.Select(_ => new List<Cost>()).ToArray();
        var gets = cases.Select(_ => new List<Cost>()).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int index = 0; index < cases.Length; index++)
            {
                (_, string data, int documents, int used) = cases[index];
                await using DocumentStore store = Stores.Open(data);
                if (round == 0)
                {
                    _ = await Costs.GetAsync(store, documents, used, seconds / 4); // compiles what is hot
                }

                gets[index].Add(await Costs.GetAsync(store, documents, used, seconds));
                puts[index].Add(await Costs.PutAsync(store, documents, used, samples, seconds));
            }
        }

        _ = new Table($"Cost of a request by the number of documents, 16 callers without HTTP, medians of {rounds} × {seconds.TotalSeconds} s", "store", "GET ms", "GET CPU µs", "PUT ms", "PUT CPU µs");
        for (int index = 0; index < cases.Length; index++)
        {
            Table.Row(
                cases[index].Name, Table.Milliseconds(Median(gets[index], cost => cost.PerRequest)), Median(gets[index], cost => cost.Cpu).TotalMicroseconds,
                Table.Milliseconds(Median(puts[index], cost => cost.PerRequest)), Median(puts[index], cost => cost.Cpu).TotalMicroseconds);
        }

        // The same number of documents in use: otherwise the filer's saving on hot keys is measured, not the store's size.
        double get = Median(gets[1], cost => cost.PerRequest) / Median(gets[0], cost => cost.PerRequest);
        double put = Median(puts[1], cost => cost.PerRequest) / Median(puts[0], cost => cost.PerRequest);
        goals.Add(($"GET costs at most {GrowthGoal:0.0} × that of {few} documents", $"{get:0.00} ×", get < GrowthGoal));
        goals.Add(($"PUT costs at most {GrowthGoal:0.0} × that of {few} documents", $"{put:0.00} ×", put < GrowthGoal));
    }

    private static async Task MeasureStartsAsync(
        string data, int documents, int rounds, TimeSpan seconds, TimeSpan overfill, List<(string Goal, string Measured, bool IsReached)> goals)
    {
        _ = new Table($"Starts of the server with {documents} documents", "after", "ready s", "peak memory MiB when ready", "peak memory MiB under load");
        var clean = new List<TimeSpan>();
        double memory = 0;
        await using (Server before = await Server.StartAsync(data))
        {
            // What used the store has filed all, but may have stopped before the journal let go of its last segments: the next start reads them.
            await before.SettleAsync();
            await before.StopAsync();
        }

        for (int round = 0; round < rounds; round++)
        {
            await using Server server = await Server.StartAsync(data);
            clean.Add(server.ReadyAfter);
            double ready = server.PeakMebibytes;
            if (round == 0)
            {
                await UseAsync(server, documents, seconds);
            }

            memory = Math.Max(memory, server.PeakMebibytes);
            Table.Row("clean stop", server.ReadyAfter.TotalSeconds, ready, round == 0 ? server.PeakMebibytes : "-");
            await server.SettleAsync();
            await server.StopAsync();
        }

        (string filled, int pending, long journalBytes) = await KillWithFullJournalAsync(data, documents, overfill);
        await using (Server server = await Server.StartAsync(data))
        {
            double ready = server.PeakMebibytes;
            await UseAsync(server, documents, seconds);
            memory = Math.Max(memory, server.PeakMebibytes);
            Table.Row($"kill -9, {filled}", server.ReadyAfter.TotalSeconds, ready, server.PeakMebibytes);
            goals.Add((
                $"start under {KilledGoal.TotalSeconds} s after kill -9 with a full journal",
                $"{server.ReadyAfter.TotalSeconds:0.00} s ({pending} pending documents, {journalBytes >> 20} MiB)", server.ReadyAfter < KilledGoal));
        }

        TimeSpan median = clean.Order().ElementAt((clean.Count - 1) / 2);
        goals.Add(($"start under {CleanGoal.TotalSeconds} s after a clean stop", $"{median.TotalSeconds:0.00} s, at worst {clean.Max().TotalSeconds:0.00} s", median < CleanGoal));
        goals.Add(($"memory under {MemoryGoalMebibytes} MiB", $"{memory:0} MiB at most", memory < MemoryGoalMebibytes));
    }

    /// <summary>Lets a child fill the journal and kills it; says what it left.</summary>
    private static async Task<(string Text, int Pending, long JournalBytes)> KillWithFullJournalAsync(string data, int documents, TimeSpan patience)
    {
        string[] arguments =
        [
            typeof(StartCommand).Assembly.Location, OverfillCommand.Name, "--dir", data,
            "--documents", documents.ToString(CultureInfo.InvariantCulture), "--seconds", patience.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ];
        using var child = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true })!;
        string line = await child.StandardOutput.ReadLineAsync() ?? throw new UsageException("The process that fills the journal ended by itself.");
        child.Kill();
        await child.WaitForExitAsync();
        string[] words = line.Split(' ');
        int pending = int.Parse(words[1], CultureInfo.InvariantCulture);
        long bytes = long.Parse(words[2], CultureInfo.InvariantCulture);
        return ($"{pending} documents pending, {bytes >> 20} MiB of journal", pending, bytes);
    }

    /// <summary>Some PUTs and GETs over HTTP, for what memory they take.</summary>
    private static async Task UseAsync(Server server, int documents, TimeSpan seconds)
    {
        var samples = new Samples(1024);
        Random[] random = [.. Enumerable.Range(0, 16).Select(caller => new Random(caller))];
        _ = await Load.RunAsync(random.Length, seconds, async (caller, number) =>
        {
            var id = new Uri($"/docs/{Stores.Key("doc", random[caller].Next(documents)).Id}", UriKind.Relative);
            using var body = new ReadOnlyMemoryContent(samples[number].Body);
            body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = number % 2 == 0 ? await server.Client.GetAsync(id) : await server.Client.PutAsync(id, body);
            response.EnsureSuccessStatusCode();
        });
    }

    private static TimeSpan Median(List<Cost> costs, Func<Cost, TimeSpan> part) => costs.Select(part).Order().ElementAt((costs.Count - 1) / 2);
}
