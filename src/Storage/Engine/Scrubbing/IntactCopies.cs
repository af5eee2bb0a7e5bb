using DocService.Storage.Documents;
using DocService.Storage.Followers;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>
/// Looks for the bytes that a damaged file should have, where they may still be: in the journal's record, in the other file of the same
/// version, in the index.
/// </summary>
/// <remarks>
/// Thread: the scrub's. What should be there is said by the damaged file's own header; where that is damaged too, by the name of a kept
/// version's file, or by the index's row of the document. A copy counts only if it is that version, and its bytes have that SHA-256.
/// </remarks>
/// <param name="files">Of documents and versions.</param>
/// <param name="openJournal">Reads the commits after a sequence, as far as live segments have them.</param>
/// <param name="index">Null where there is none.</param>
internal sealed class IntactCopies(DocumentFiles files, Func<long, ICommitCursor> openJournal, IDocumentCopies? index)
{
    /// <summary>What should be there, as far as that is known.</summary>
    /// <param name="Version">Of the document.</param>
    /// <param name="Digest">Of its body; null: only that version's own record, or file, can say.</param>
    private readonly record struct Wanted(long Version, Sha256Digest? Digest);

    /// <summary>Null: there is none.</summary>
    /// <param name="damaged">The file.</param>
    /// <param name="isBehind">The index has not come so far, or is being made: to be asked again.</param>
    public IntactCopy? Find(DamagedFile damaged, out bool isBehind)
    {
        isBehind = false;
        Wanted wanted;
        if (damaged.Header is { } header)
        {
            wanted = new Wanted(header.Version, header.Sha256);
        }
        else if (damaged.IsOfVersion)
        {
            wanted = new Wanted(damaged.KeptVersion, null);
        }
        else if (index is null || !index.TryReadInfo(damaged.Key, damaged.Through, out DocumentInfo? row))
        {
            isBehind = index is not null;
            return null;
        }
        else if (row is null)
        {
            return null; // deleted meanwhile
        }
        else
        {
            wanted = new Wanted(row.Version, row.Sha256);
        }

        return FromJournal(damaged, wanted) ?? FromOtherFile(damaged, wanted) ?? FromIndex(damaged, wanted, out isBehind);
    }

    /// <summary>The record of the commit that wrote the version, while a live segment has it. It carries everything that its file has.</summary>
    private IntactCopy? FromJournal(DamagedFile damaged, Wanted wanted)
    {
        try
        {
            using ICommitCursor cursor = openJournal(wanted.Version - 1);
            if (!cursor.TryRead(out FollowedCommit? commit) || commit.Sequence != wanted.Version)
            {
                return null;
            }

            FollowedOperation put = commit.Operations.LastOrDefault(one => one.Key == damaged.Key && one.Version == wanted.Version && one.Info is not null);
            return put.Info is { } info ? Fitting(new StoredDocument(info, put.Body.ToArray()), damaged.Header ?? info, wanted, "the journal") : null;
        }
        catch (CommitsMissingException)
        {
            return null; // it has let go of that commit, or the record is damaged too
        }
    }

    /// <summary>Of a document the file of the same kept version, and the other way round. They may be one file with two names, and damaged both.</summary>
    private IntactCopy? FromOtherFile(DamagedFile damaged, Wanted wanted)
    {
        try
        {
            using IFile? file = OpenOther(damaged, wanted.Version);
            if (file is null || file.GetState() == damaged.State)
            {
                return null;
            }

            StoredDocument document = DocumentReader.Read(file, damaged.Key, budget: null);
            return Fitting(document, damaged.Header ?? document.Info, wanted, damaged.IsOfVersion ? "the document's file" : "the kept version's file");
        }
        catch (Exception exception) when (exception is DocumentCorruptException or FileSystemException { IsOutOfHandles: false })
        {
            return null;
        }
    }

    /// <summary>The index's verbatim body, where the document is still that version.</summary>
    private IntactCopy? FromIndex(DamagedFile damaged, Wanted wanted, out bool isBehind)
    {
        StoredDocument? document = index?.TryRead(damaged.Key, damaged.Through);
        isBehind = document is null && index is not null && !damaged.IsOfVersion; // of a version it need not have anything
        if (document is null)
        {
            return null;
        }

        if ((damaged.Header ?? HeaderBeside(damaged, document.Info)) is not { } info)
        {
            document.Dispose();
            return null;
        }

        return Fitting(document, info, wanted, "the index");
    }

    /// <summary>
    /// How many versions are kept stands in headers and records alone, not in the index. So where the version is kept, the header of its
    /// other file must say it. Null: nothing may be written.
    /// </summary>
    private DocumentInfo? HeaderBeside(DamagedFile damaged, DocumentInfo row)
    {
        try
        {
            using IFile? file = OpenOther(damaged, row.Version);
            return file is null
                ? (damaged.IsOfVersion ? null : row)
                : DocumentReader.TryReadHeader(file, damaged.Key) is { } info && info.Version == row.Version && info.Sha256 == row.Sha256 ? info : null;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return null;
        }
    }

    private IFile? OpenOther(DamagedFile damaged, long version) =>
        damaged.IsOfVersion ? files.TryOpen(damaged.Path) : files.Versions.TryOpen(damaged.Path, version);

    private static IntactCopy? Fitting(StoredDocument document, DocumentInfo info, Wanted wanted, string source)
    {
        if (IsWanted(document, wanted))
        {
            return new IntactCopy(info, document, source);
        }

        document.Dispose();
        return null;
    }

    private static bool IsWanted(StoredDocument document, Wanted wanted) =>
        document.Info.Version == wanted.Version && document.Info.Length == document.Body.Length
        && Sha256Digest.Of(document.Body.Span) == (wanted.Digest ?? document.Info.Sha256);
}
