using DocService.Storage.Documents;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Health;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Puts a scrub together.</summary>
internal static class ScrubParts
{
    /// <param name="directory">Whose files are read.</param>
    /// <param name="pending">What has no file yet.</param>
    /// <param name="journal">What is published.</param>
    /// <param name="versions">What drops them.</param>
    /// <param name="filer">By which files are restored.</param>
    /// <param name="locks">Of writers.</param>
    /// <param name="health">Of the store.</param>
    /// <param name="copies">The index; null where there is none.</param>
    /// <param name="options">How often, and how fast.</param>
    /// <param name="threads">Of the store.</param>
    /// <param name="logger">Where damage is told.</param>
    public static Scrub Make(DataDirectory directory, Pending pending, JournalWriter journal, KeptVersions versions, FilingQueue filer, DigestLocks locks, StoreHealth health, IDocumentCopies? copies, StoreOptions options, IThreads threads, ILogger logger)
    {
        DocumentFiles files = directory.Documents;
        var findings = new ScrubFindings(threads.Clock, logger);
        var mending = new DocumentMending(files, pending, versions, locks, health);
        var intact = new IntactCopies(files, after => new JournalCursor(journal.Segments, journal.Marks, after), copies);
        var documents = new DocumentScrub(files, pending, journal.Marks, copies, intact, mending, filer, findings);
        var requests = new RequestScrub(directory.Root, findings);
        CopyScrub? copy = copies is null ? null : new CopyScrub(directory.Root, files, pending, journal.Marks, copies, findings);
        var pace = new ScrubPace(options.ScrubBytesPerSecond, options.ScrubReadsPerSecond, threads.Clock);
        return new Scrub(options.ScrubInterval, pace, files, documents, requests, copy, findings, threads);
    }
}
