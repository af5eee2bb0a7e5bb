using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Storage.Bench.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Bench.Index;

/// <summary>The index by itself, without store and HTTP: what writing its rows costs, and the reads that may pay for it.</summary>
internal static class IndexCommand
{
    private const int PageDocuments = 100;
    private const int LookUps = 20_000;
    private const int Pages = 1_000;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    public static async Task RunAsync(Arguments arguments)
    {
        string directory = Path.Combine(arguments.Directory(), IndexOptions.DirectoryName);
        var users = new UserDocuments(arguments.Number("--documents", 1_000_000), arguments.Number("--body", 1024));
        int every = arguments.Number("--every", 10);
        bool isRebuilt = arguments.Number("--rebuild", 0) != 0;
        bool isKept = arguments.Number("--keep", 0) != 0;
        var options = new IndexOptions { Directory = directory, CacheBytes = (long)arguments.Number("--cache-mib", 128) << 20 };
        arguments.Close();

        _ = new Table($"The index of {users.Count} documents", "what", "documents", "CPU µs each", "KiB written each", "seconds", "files, MiB");
        var log = new UserLog(users);
        if (isRebuilt)
        {
            log.Publish(1);
            log.FileAll();
        }

        await MeasureAsync("made, not indexed", users.Count, directory, () => Task.Run(log.ReadAll));

        using (IndexFollower index = Open(options, log, users))
        {
            using var readers = new CancellationTokenSource();
            Task reading = Task.Run(() => LookAsync(index, readers.Token), CancellationToken.None);
            if (isRebuilt)
            {
                await MeasureAsync("made anew", users.Count, directory, () => WaitAsync(index, log));
            }
            else
            {
                await MeasureAsync("new", users.Count, directory, () => PublishAsync(index, log, 1));
            }

            await MeasureAsync($"replaced, each {every}th", users.Count / every, directory, () => PublishAsync(index, log, every));
            await MeasureAsync("replaced at random", users.Count / every, directory, () => PublishAsync(index, log, -every));
            await readers.CancelAsync();
            await reading;
            await ReadAsync(index, users, directory);
        }

        await MeasureAsync("opened", 1, directory, async () =>
        {
            using IndexFollower index = Open(options, log, users);
            await WaitAsync(index, log);
        });
        Console.WriteLine();
        Console.WriteLine($"memory: {ProcessFigures.Status("VmHWM")} MiB at most, {ProcessFigures.Status("RssAnon")} anonymous at the end");
        if (!isKept)
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static IndexFollower Open(IndexOptions options, UserLog log, UserDocuments users)
    {
        var index = new IndexFollower(options with { AwaitsDeclarations = true }, TimeProvider.System, NullLogger<IndexFollower>.Instance);
        index.Prepare();
        index.Start(log);
        index.Declare(users.Indexes);
        return index;
    }

    private static async Task WaitAsync(IndexFollower index, UserLog log)
    {
        while (!await index.WaitForAsync(log.DurableThrough, TimeSpan.FromMinutes(30), CancellationToken.None) || index.Status.Stage != IndexStage.Following)
        {
            await Task.Delay(Moment, TimeProvider.System);
        }
    }

    /// <summary>Takes a snapshot each millisecond, as requests do: what the library does when it goes is part of the cost.</summary>
    private static async Task LookAsync(IndexFollower index, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            index.TryRead()?.Dispose();
            await Task.Delay(Moment, TimeProvider.System, CancellationToken.None);
        }
    }

    private static Task PublishAsync(IndexFollower index, UserLog log, int every)
    {
        log.Publish(every);
        return WaitAsync(index, log);
    }

    private static async Task ReadAsync(IndexFollower index, UserDocuments users, string directory)
    {
        using var queries = new IndexQueries(index, new QueryLimits { Search = TimeSpan.FromMinutes(5) }, TimeProvider.System);
        var random = new Random(1);
        await MeasureAsync("looked up by the unique index", LookUps, directory, async () =>
        {
            for (int lookUp = 0; lookUp < LookUps; lookUp++)
            {
                var query = new DocumentQuery { Prefix = UserDocuments.Prefix, Indexes = users.Indexes, Filter = users.ByEmail(random.Next(users.Count)) };
                Expect(1, await FindAsync(queries, query, 2));
            }
        });
        await MeasureAsync($"page of {PageDocuments} at random", Pages, directory, async () =>
        {
            for (int page = 0; page < Pages; page++)
            {
                var query = new DocumentQuery { Prefix = UserDocuments.Prefix, After = UserDocuments.Id(random.Next(users.Count - PageDocuments)) };
                Expect(PageDocuments, await FindAsync(queries, query, PageDocuments));
            }
        });
        await MeasureAsync("all, by a filter without index", users.Count, directory, async () =>
        {
            using IndexReader reader = await queries.OpenAsync(isEventual: false, CancellationToken.None);
            var query = new DocumentQuery { Prefix = UserDocuments.Prefix, Filter = UserDocuments.ByName("User 5", "User 6") };
            _ = await queries.CountAsync(reader, query, SearchLimit.None);
        });
        await MeasureAsync("all, exported", users.Count, directory, async () => Expect(users.Count, await FindAsync(queries, new DocumentQuery(), null)));
    }

    private static async Task<long> FindAsync(IndexQueries queries, DocumentQuery query, int? limit)
    {
        using IndexReader reader = await queries.OpenAsync(isEventual: false, CancellationToken.None);
        using var search = DocumentSearch.Create(reader, query, new SearchRequest { Limit = limit }, new Forgetting());
        await queries.RunAsync(search, SearchLimit.None);
        return search.Found;
    }

    private static void Expect(long wanted, long found)
    {
        if (wanted != found)
        {
            throw new InvalidDataException($"{found} documents were found, not {wanted}.");
        }
    }

    private static async Task MeasureAsync(string what, int documents, string directory, Func<Task> work)
    {
        ProcessFigures before = ProcessFigures.Take();
        await work();
        ProcessFigures after = await ProcessFigures.TakeIdleAsync();
        double cpu = (after.Cpu - before.Cpu).TotalMicroseconds / documents;
        Table.Row(what, documents, cpu, (after.Written - before.Written) / 1024.0 / documents, TimeProvider.System.GetElapsedTime(before.At, after.At).TotalSeconds, ProcessFigures.SizeOf(directory) >> 20);
    }

    private sealed class Forgetting : IResultSink
    {
        public bool IsFull => false;

        public void Document(in FoundDocument document)
        {
        }

        public void Folder(ReadOnlySpan<byte> beginning)
        {
        }
    }
}
