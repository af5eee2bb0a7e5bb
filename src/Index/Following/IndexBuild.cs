using DocService.Index.Writing;
using DocService.Storage.Failures;
using DocService.Storage.Followers;

namespace DocService.Index.Following;

/// <summary>
/// Reads all documents' files into a new index. The log is followed meanwhile from the moment at which the index begins, and
/// what a commit did stays: it has the higher version, and a deleted document leaves a row. So no deleted document comes back,
/// however old the file is that is read.
/// </summary>
/// <remarks>Thread: the follower's. On failure: as the writer, the cursor and the files; the index is given up.</remarks>
internal sealed class IndexBuild(IFiledDocuments documents, IndexWriter writer, LogReading reading, IndexParts parts)
{
    /// <summary>Between them the log is read: the journal must not fill up meanwhile.</summary>
    private const int FilesAtOnce = 64;

    /// <summary>How long, and how often, it waits for descriptors.</summary>
    private const int TriesMax = 50;
    private static readonly TimeSpan BusyPause = TimeSpan.FromSeconds(0.1);

    /// <summary>False when it had to leave before the end.</summary>
    public bool Run(ICommitCursor cursor)
    {
        long listed = 0;
        for (int directory = 0; directory < documents.Directories; directory++)
        {
            IReadOnlyList<string> names = documents.List(directory);
            IReadOnlyList<string> versions = documents.ListVersions(directory);
            listed += names.Count + versions.Count;
            parts.Progress.NoteTotal(listed * documents.Directories / (directory + 1)); // ids are spread evenly by their digest
            if (!ReadFiles(versions, name => ReadVersion(directory, name), cursor) || !ReadFiles(names, name => ReadDocument(directory, name), cursor))
            {
                return false;
            }
        }

        reading.CatchUp(cursor);
        if (parts.Signals.MustLeave)
        {
            return false;
        }

        writer.NoteBuilt();
        reading.CatchUp(cursor); // writes also what says that it is built
        reading.Flush();
        return true;
    }

    private bool ReadFiles(IReadOnlyList<string> names, Action<string> read, ICommitCursor cursor)
    {
        for (int number = 0; number < names.Count; number++)
        {
            if (parts.Signals.MustLeave)
            {
                return false;
            }

            parts.Progress.NoteRead(isReadable: TryRead(read, names[number]));
            if (writer.IsFull || number % FilesAtOnce == FilesAtOnce - 1)
            {
                reading.CatchUp(cursor);
            }
        }

        reading.CatchUp(cursor);
        return !parts.Signals.MustLeave;
    }

    private void ReadDocument(int directory, string name)
    {
        using FiledDocument? filed = documents.Read(directory, name);
        if (filed is not null)
        {
            writer.Add(filed);
        }
    }

    private void ReadVersion(int directory, string name)
    {
        using FiledDocument? filed = documents.ReadVersion(directory, name);
        if (filed is not null)
        {
            writer.Add(filed.Key, filed.Document.Info);
        }
    }

    /// <summary>Whether the file could be read, if it is still there.</summary>
    private bool TryRead(Action<string> read, string name)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                read(name);
                return true;
            }
            catch (StoreBusyException) when (tries < TriesMax && !parts.Signals.MustLeave)
            {
                parts.Signals.Wait(BusyPause);
            }
            catch (StoreException exception) when (exception is DocumentCorruptException or StorageFaultException)
            {
                return false; // the document is damaged, not the index
            }
        }
    }
}
