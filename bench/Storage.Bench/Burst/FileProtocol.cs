using System.Diagnostics;
using System.IO.Hashing;
using DocService.Storage.Bench.Support;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Model;
using DocService.Storage.Threading;

namespace DocService.Storage.Bench.Burst;

/// <summary>
/// What the store would be without a journal: each writer does the four steps for each document (temporary file, fsync,
/// rename, fsync of the directory) with the engine's own code before it goes on.
/// </summary>
internal static class FileProtocol
{
    /// <summary>Writes all-new documents for a time, each writer on a thread of its own.</summary>
    public static LoadResult Run(string directory, int writers, Samples samples, TimeSpan duration)
    {
        using DataDirectory data = DataDirectory.Open(PosixFileSystem.Create(), directory, new SystemThreads(TimeProvider.System));
        long started = Stopwatch.GetTimestamp();
        var all = new Latencies[writers];
        Thread[] threads = [.. Enumerable.Range(0, writers).Select(writer => new Thread(() => all[writer] = Write(data.Documents, writer, samples, started, duration)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        var latencies = new Latencies();
        foreach (Latencies own in all)
        {
            latencies.Add(own);
        }

        return new LoadResult(latencies, elapsed);
    }

    private static Latencies Write(DocumentFiles files, int writer, Samples samples, long started, TimeSpan duration)
    {
        var latencies = new Latencies();
        for (long number = 0; Stopwatch.GetElapsedTime(started) < duration; number++)
        {
            long begun = Stopwatch.GetTimestamp();
            WriteOne(files, writer % DocumentFiles.TempSlots, Stores.Key($"file-{writer}", number), samples.Hashed(number));
            latencies.Add(begun);
        }

        return latencies;
    }

    private static void WriteOne(DocumentFiles files, int slot, DocumentKey key, DocumentContent content)
    {
        DocumentPath path = DocumentPath.Of(key);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        var info = new DocumentInfo { Version = 1, ContentType = content.ContentType, Created = now, Modified = now, Length = content.Body.Length, Sha256 = content.Sha256 };
        using (IFile file = files.WriteTemp(slot, path, key, info, XxHash3.HashToUInt64(content.Body.Span), content.Body.Span))
        {
            file.Sync();
        }

        files.Publish(slot, path);
        files.SyncNames(path.Shard);
    }
}
