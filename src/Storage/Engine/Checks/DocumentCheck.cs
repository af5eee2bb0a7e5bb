using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Reads every document file and compares it with its name, its header and what the journal knows of it.</summary>
internal sealed class DocumentCheck(VerificationReport report, JournalCheck journal, IVerificationWitness? witness = null)
{
    private readonly HashSet<string> _seen = []; // places

    public void Run(IDirectory documents)
    {
        for (int shard = 0; shard < DocumentPath.Shards; shard++)
        {
            string name = DocumentPath.ShardName(shard);
            try
            {
                using IDirectory? directory = documents.TryOpenDirectory(name);
                if (directory is null)
                {
                    Add(name, 0, "the directory is missing");
                }
                else
                {
                    CheckShard(directory, shard);
                }
            }
            catch (FileSystemException exception) when (!exception.IsOutOfHandles)
            {
                Add(name, 0, exception.Message);
            }
        }

        if (journal.IsHistoryWhole)
        {
            NoteMissing();
        }
    }

    private void NoteMissing()
    {
        foreach ((DocumentKey key, FiledVersion filed) in journal.Filed.Where(pair => !pair.Value.IsDelete))
        {
            DocumentPath path = DocumentPath.Of(key);
            if (!_seen.Contains(Place(path.Shard, path.Name)))
            {
                Add(Place(path.Shard, path.Name), 0, $"the file is missing; the journal says that version {filed.Version} of '{key.Id}' is filed");
            }
        }
    }

    private void CheckShard(IDirectory directory, int shard)
    {
        foreach (string name in directory.List().Order(StringComparer.Ordinal))
        {
            _seen.Add(Place(shard, name));
            EntryKind kind = directory.GetKind(name);
            if (name.StartsWith(".tmp-", StringComparison.Ordinal))
            {
                report.RemarksMade.Add($"{Full(Place(shard, name))}: left by a crash, removed at the next start.");
            }
            else if (kind == EntryKind.File)
            {
                CheckFile(directory, shard, name);
            }
            else if (name.EndsWith(".json", StringComparison.Ordinal))
            {
                Add(Place(shard, name), 0, $"a document's name, but not a regular file ({kind})");
            }
            else
            {
                report.RemarksMade.Add($"{Full(Place(shard, name))}: no part of the store, ignored.");
            }
        }
    }

    private void CheckFile(IDirectory directory, int shard, string name)
    {
        string place = Place(shard, name);
        try
        {
            using IFile? opened = directory.TryOpen(name, FileAccess.Read);
            if (opened is null)
            {
                return;
            }

            var file = new PatchyFile(opened);
            if (DocumentReader.TryReadKey(file) is not { } key)
            {
                NoteHeader(file, place, name);
            }
            else if (DocumentPath.Of(key) is var path && (path.Shard != shard || path.Name != name))
            {
                Add(place, 0, $"the file holds '{key.Id}', which belongs in {Full(Place(path.Shard, path.Name))}");
            }
            else
            {
                CheckContent(file, key, place);
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add(place, 0, exception.Message);
        }
    }

    private void NoteHeader(PatchyFile file, string place, string name)
    {
        if (file.UnreadableAt is { } offset)
        {
            Add(place, offset, "the device cannot read this");
        }
        else if (name.EndsWith(".json", StringComparison.Ordinal))
        {
            Add(place, 0, "the header is damaged");
        }
        else
        {
            report.RemarksMade.Add($"{Full(place)}: no part of the store, ignored.");
        }
    }

    private void CheckContent(PatchyFile file, DocumentKey key, string place)
    {
        try
        {
            using StoredDocument document = DocumentReader.Read(file, key, budget: null);
            if (file.UnreadableAt is { } unreadable)
            {
                Add(place, unreadable, "the device cannot read this at every try");
            }
            else if (Sha256Digest.Of(document.Body.Span) != document.Info.Sha256)
            {
                Add(place, DamagePlace.BodyOffset(file, key), "the body's SHA-256 does not match");
            }
            else if (Misfiled(key, document.Info.Version) is { } what)
            {
                Add(place, 0, what);
            }
            else
            {
                witness?.Filed(key, document.Info);
                report.Documents++;
                report.DocumentBytes += document.Info.Length;
            }
        }
        catch (DocumentCorruptException exception)
        {
            report.DamageFound.Add(DamagePlace.Of(file, key, Full(place), exception));
        }
    }

    /// <summary>What is wrong with an intact file of that version, or null.</summary>
    private string? Misfiled(DocumentKey key, long version)
    {
        if (version > journal.End)
        {
            return $"its version {version} is above {journal.End}, where the journal ends: commits are missing there";
        }

        if (!journal.Filed.TryGetValue(key, out FiledVersion filed) || version > filed.Version || (version == filed.Version && !filed.IsDelete))
        {
            return null;
        }

        return filed.IsDelete
            ? $"its version {version} was removed by commit {filed.Version}"
            : $"its version {version} is older than {filed.Version}, which the journal says is filed";
    }

    private static string Place(int shard, string name) => $"{DocumentPath.ShardName(shard)}/{name}";

    private static string Full(string place) => $"{DataDirectory.DocumentsName}/{place}";

    private void Add(string place, long offset, string what) => report.DamageFound.Add(new VerificationDamage(Full(place), offset, what));
}
