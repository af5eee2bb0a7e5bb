using System.Globalization;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Filing;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Io;
using DocService.Storage.Journal.Marks;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Examines one file after another: of a document, with its row in the index, or of a kept version.</summary>
/// <remarks>
/// Thread: the scrub's; what is restored is restored by the filer. The disk is read, not the page cache, and what was read does not stay there: rot under a cached page would not
/// be seen, and a scan must not push out what others read.
/// </remarks>
internal sealed class DocumentScrub(DocumentFiles files, Pending pending, Watermarks marks, IDocumentCopies? copies, IntactCopies intact, DocumentMending mending, FilingQueue filer, ScrubFindings findings)
{
    /// <summary>What is wrong with a file that is not there.</summary>
    public const string Missing = "the file is missing, and the index has the document";

    /// <summary>Where a file is, for operators.</summary>
    public static string Place(int shard, string name, bool isOfVersion) =>
        $"{(isOfVersion ? DataDirectory.VersionsName : DataDirectory.DocumentsName)}/{DocumentPath.ShardName(shard)}/{name}";

    /// <summary>Returns how many bytes have been read, and what is to be restored: a copy may need some time to come so far.</summary>
    public (long Bytes, DamagedFile? Damaged) Examine(int shard, string name, bool isOfVersion)
    {
        string place = Place(shard, name, isOfVersion);
        DocumentKey? key = null;
        FileState? state = null;
        try
        {
            using IFile? file = isOfVersion ? files.Versions.TryOpen(shard, name) : files.TryOpen(shard, name);
            if (file is null)
            {
                findings.NoteNoDamage(place);
                return (0, null);
            }

            state = file.GetState(); // before its bytes: if those change meanwhile, it is another
            file.DropCache();
            key = KeyOf(isOfVersion ? name[..name.LastIndexOf('.')] : name) ?? DocumentReader.TryReadKey(file);
            string? wrong = key is { } known ? Judge(file, known, shard, name, isOfVersion) : "the header is damaged";
            DocumentInfo? header = wrong is not null && key is { } whose ? TryReadHeader(file, whose) : null;
            file.DropCache();
            findings.NoteRead(state.Value.Stamp.Bytes);
            if (wrong is null)
            {
                findings.NoteNoDamage(place);
                return (state.Value.Stamp.Bytes, null);
            }

            return (state.Value.Stamp.Bytes, Note(place, key, wrong, state, VersionOf(name, isOfVersion), header));
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return (0, Note(place, key, exception.Message, state, VersionOf(name, isOfVersion), header: null));
        }
    }

    /// <summary>Whether that is the end of it: restored, or not to be restored from what there is. False: the index has not come so far.</summary>
    public bool TryMend(DamagedFile damaged)
    {
        if (IsIntactNow(damaged))
        {
            findings.NoteNoDamage(damaged.Place);
            return true;
        }

        using IntactCopy? copy = intact.Find(damaged, out bool isBehind);
        if (copy is null)
        {
            return !isBehind;
        }

        bool isMended = false;
        if (filer.Do(() => isMended = mending.TryMend(damaged, copy, () => Confirms(damaged, copy.Info))) && isMended)
        {
            findings.NoteRestored(damaged.Place, Shown(damaged.Key), copy.Info.Version, copy.Source);
        }

        return true;
    }

    /// <summary>A device that could not be read for a moment has lost nothing, and there is nothing to restore.</summary>
    private bool IsIntactNow(DamagedFile damaged)
    {
        try
        {
            string name = damaged.IsOfVersion ? damaged.Path.OfVersion(damaged.KeptVersion) : damaged.Path.Name;
            using IFile? file = damaged.IsOfVersion ? files.Versions.TryOpen(damaged.Path.Shard, name) : files.TryOpen(damaged.Path);
            file?.DropCache();
            return file is not null && Judge(file, damaged.Key, damaged.Path.Shard, name, damaged.IsOfVersion) is null;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return false;
        }
    }

    /// <summary>
    /// Under the document's lock. A file that is missing tells nothing, so the index must have followed all there is: the document may have
    /// been written and deleted again since it was looked for.
    /// </summary>
    private bool Confirms(DamagedFile damaged, DocumentInfo copy) =>
        damaged.State is not null || (copies!.TryReadInfo(damaged.Key, marks.DurableThrough, out DocumentInfo? info) && info?.Version == copy.Version);

    private DamagedFile? Note(string place, DocumentKey? key, string wrong, FileState? state, long version, DocumentInfo? header)
    {
        findings.NoteDamage(place, key is { } known ? Shown(known) : null, wrong);
        return key is { } whose && state is { } examined
            ? new DamagedFile(whose, place, examined, marks.DurableThrough) { KeptVersion = version, Header = version == 0 || header?.Version == version ? header : null } // now: the version of the file that was examined is among these commits
            : null;
    }

    private static DocumentInfo? TryReadHeader(IFile file, DocumentKey key)
    {
        try
        {
            return DocumentReader.TryReadHeader(file, key);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return null;
        }
    }

    /// <summary>Of a kept version's file, by its name; 0 where it is none, or its name is none.</summary>
    private static long VersionOf(string name, bool isOfVersion) =>
        isOfVersion && long.TryParse(name.AsSpan(name.LastIndexOf('.') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long version) ? version : 0;

    private string? Judge(IFile file, DocumentKey key, int shard, string name, bool isOfVersion)
    {
        try
        {
            using StoredDocument document = DocumentReader.Read(file, key, budget: null);
            DocumentPath path = DocumentPath.Of(key);
            if (path.Shard != shard || (isOfVersion ? path.OfVersion(document.Info.Version) : path.Name) != name)
            {
                return $"the file holds version {document.Info.Version} of '{Shown(key)}', which belongs elsewhere";
            }

            if (Sha256Digest.Of(document.Body.Span) != document.Info.Sha256)
            {
                return "the body's SHA-256 does not match";
            }

            if (!isOfVersion)
            {
                CompareWithCopy(file, key, path, document.Info);
            }

            return null;
        }
        catch (DocumentCorruptException exception)
        {
            return exception.Reason;
        }
    }

    /// <summary>A copy that has followed to the file's version must have that version, unless a later one, or a delete, is on its way to the file.</summary>
    private void CompareWithCopy(IFile file, DocumentKey key, DocumentPath path, DocumentInfo info)
    {
        DocumentInfo? copy = null;
        if (copies?.TryReadInfo(key, info.Version, out copy) != true || (copy?.Version == info.Version && copy.Sha256 == info.Sha256 && copy.Expires == info.Expires))
        {
            return;
        }

        bool isOlder = copy is not null && copy.Version <= info.Version;
        if (isOlder || (!pending.Contains(key.Digest) && files.TryGetState(path) == file.GetState()))
        {
            string what = copy is null ? $"it lacks '{Shown(key)}'" : $"it has version {copy.Version} of '{Shown(key)}'";
            findings.NoteDifference(copies, $"{what}, and the document's file version {info.Version}");
        }
    }

    /// <summary>The key that a file's name says; null where it was shortened.</summary>
    private static DocumentKey? KeyOf(string name)
    {
        string escaped = name[..name.LastIndexOf('.')];
        byte[] id = new byte[escaped.Length];
        int length = 0;
        for (int at = 0; at < escaped.Length; at++, length++)
        {
            if (escaped[at] != '%')
            {
                id[length] = (byte)escaped[at];
            }
            else if (at + 2 < escaped.Length && byte.TryParse(escaped.AsSpan(at + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out byte value))
            {
                id[length] = value;
                at += 2;
            }
            else
            {
                return null;
            }
        }

        return DocumentKey.TryCreateStored(id.AsSpan(0, length), out DocumentKey key, out _) && DocumentPath.Of(key).Name == name ? key : null;
    }

    /// <summary>A hidden document's mark does not print.</summary>
    public static string Shown(DocumentKey key) => key.Id.Replace("\0", "hidden ", StringComparison.Ordinal);
}
