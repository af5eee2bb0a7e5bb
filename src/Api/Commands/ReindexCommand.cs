using System.CommandLine;
using System.Globalization;
using DocService.Api.Configuration;
using DocService.Collections;
using DocService.Index;
using DocService.Storage;

namespace DocService.Api.Commands;

/// <summary><c>reindex --data dir</c>: makes the index of a stopped server anew, with a progress bar, so that the next start has nothing to do.</summary>
internal static class ReindexCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(0.2);

    /// <summary>An index that cannot be made, because the disk is full for example, is not waited for without end.</summary>
    private const int WaitsMax = 50;

    public static Command Create()
    {
        Option<string> data = CommandOptions.Data("The data directory; no server may be using it. Other settings come from appsettings.json and the environment");
        var command = new TaughtCommand(
            "reindex",
            "Make the index of a stopped server's directory anew from its documents",
            "docservice reindex --data /var/lib/docservice")
        {
            data,
        };
        command.SetAction((line, cancellation) => RunAsync(line.Directory(data), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string data, CancellationToken cancellation)
    {
        if (!Directory.Exists(data))
        {
            throw new ConfigurationError($"There is no data directory {data}."); // a misspelt path must not become an empty store
        }

        await using WebApplication app = Build(data);
        if (app.Services.GetRequiredService<ServedIndex>().Follower is not { } index)
        {
            throw new ConfigurationError("The setting Index is off: there is no index to make.");
        }

        IDocumentStore store = app.Services.GetRequiredService<IDocumentStore>();
        if (store.Status is { State: StoreState.Damaged, Reason: var damage })
        {
            Console.Error.WriteLine($"docservice: {damage} Salvage it first (--salvage).");
            return ExitCode.Bad;
        }

        var collections = app.Services.GetRequiredService<CollectionService>();
        await collections.LoadAsync(cancellation);
        bool isMade = await WatchAsync(index, collections, store.Status.DurableThrough, cancellation);
        IndexStatus status = index.Status;
        Console.WriteLine(!isMade ? $"{data}: the index could not be made: {status.Reason}"
            : status.Unreadable == 0 ? $"{data}: the index is made anew from {Count(status.Done)}."
            : $"{data}: the index is made anew from {Count(status.Done)}; {Count(status.Unreadable)} could not be read and are not in it: see verify.");
        return isMade && status.Unreadable == 0 ? ExitCode.Good : ExitCode.Bad;
    }

    /// <summary>The server's parts without the web server.</summary>
    private static WebApplication Build(string data)
    {
        WebApplicationBuilder builder = Server.CreateBuilder([$"{SettingArguments.DataDirectory}={data}"]);
        builder.AddDocService();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(services =>
        {
            DocServiceOptions options = OptionsLoading.Load(services.GetRequiredService<IConfiguration>()).NeedFiles();
            options.MakesIndexAnew = true;
            return options;
        });
        return builder.Build();
    }

    private static async Task<bool> WatchAsync(IndexFollower index, CollectionService collections, long through, CancellationToken cancellation)
    {
        var bar = new ProgressBar(Console.Error, Console.IsErrorRedirected);
        for (int waits = 0; waits < WaitsMax;)
        {
            bool isThere = await index.WaitForAsync(through, Interval, cancellation);
            IndexStatus status = index.Status;
            bar.Show(status.Done, status.Total);
            waits = status.Stage == IndexStage.Waiting ? waits + 1 : 0;
            if (isThere && await AreBuiltAsync(collections, cancellation))
            {
                bar.End();
                return true;
            }
        }

        bar.End();
        return false;
    }

    /// <summary>The indexes of collections, too.</summary>
    private static async Task<bool> AreBuiltAsync(CollectionService collections, CancellationToken cancellation)
    {
        bool areBuilt = collections.Collections.All.All(collection =>
            collections.IsIndexed(collection.Name));
        if (!areBuilt)
        {
            await Task.Delay(Interval, TimeProvider.System, cancellation);
        }

        return areBuilt;
    }

    private static string Count(long count) => count == 1 ? "1 document" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} documents");
}
