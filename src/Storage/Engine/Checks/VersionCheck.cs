using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Reads every file of a kept version and compares it with its name and its header. A store that keeps no versions has none.</summary>
/// <remarks>Thread: one. Changes nothing. That a version is missing cannot be told: it may have been dropped.</remarks>
internal sealed class VersionCheck(VerificationReport report, JournalCheck journal, IVerificationWitness? witness)
{
    /// <param name="data">The data directory.</param>
    /// <param name="areExpected">FORMAT says that there are directories of versions.</param>
    public void Run(IDirectory data, bool areExpected)
    {
        try
        {
            using IDirectory? versions = data.TryOpenDirectory(DataDirectory.VersionsName);
            if (versions is null && areExpected)
            {
                Add(DataDirectory.VersionsName, 0, "the directory is missing");
            }

            for (int shard = 0; versions is not null && shard < DocumentPath.Shards; shard++)
            {
                CheckShard(versions, shard);
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add(DataDirectory.VersionsName, 0, exception.Message);
        }
    }

    private void CheckShard(IDirectory versions, int shard)
    {
        string shardName = DocumentPath.ShardName(shard);
        try
        {
            using IDirectory? directory = versions.TryOpenDirectory(shardName);
            if (directory is null)
            {
                Add($"{DataDirectory.VersionsName}/{shardName}", 0, "the directory is missing");
                return;
            }

            foreach (string name in directory.List().Order(StringComparer.Ordinal))
            {
                string place = $"{DataDirectory.VersionsName}/{shardName}/{name}";
                if (!DocumentPath.IsVersionName(name))
                {
                    report.RemarksMade.Add($"{place}: no part of the store, ignored.");
                }
                else if (directory.GetKind(name) is not EntryKind.File and var kind)
                {
                    Add(place, 0, $"a version's name, but not a regular file ({kind})");
                }
                else
                {
                    CheckFile(directory, shard, name, place);
                }
            }
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add($"{DataDirectory.VersionsName}/{shardName}", 0, exception.Message);
        }
    }

    private void CheckFile(IDirectory directory, int shard, string name, string place)
    {
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
                Add(place, file.UnreadableAt ?? 0, file.UnreadableAt is null ? "the header is damaged" : "the device cannot read this");
                return;
            }

            CheckContent(file, key, shard, name, place);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            Add(place, 0, exception.Message);
        }
    }

    private void CheckContent(PatchyFile file, DocumentKey key, int shard, string name, string place)
    {
        try
        {
            using StoredDocument document = DocumentReader.Read(file, key, budget: null);
            var path = DocumentPath.Of(key);
            if (file.UnreadableAt is { } unreadable)
            {
                Add(place, unreadable, "the device cannot read this at every try");
            }
            else if (path.Shard != shard || path.OfVersion(document.Info.Version) != name)
            {
                Add(place, 0, $"the file holds version {document.Info.Version} of '{key.Id}', which belongs in {DataDirectory.VersionsName}/{DocumentPath.ShardName(path.Shard)}/{path.OfVersion(document.Info.Version)}");
            }
            else if (Sha256Digest.Of(document.Body.Span) != document.Info.Sha256)
            {
                Add(place, DamagePlace.BodyOffset(file, key), "the body's SHA-256 does not match");
            }
            else if (document.Info.Version > journal.End)
            {
                Add(place, 0, $"its version is above {journal.End}, where the journal ends: commits are missing there");
            }
            else
            {
                witness?.Kept(key, document.Info);
                report.Versions++;
            }
        }
        catch (DocumentCorruptException exception)
        {
            report.DamageFound.Add(DamagePlace.Of(file, key, place, exception));
        }
    }

    private void Add(string place, long offset, string what) => report.DamageFound.Add(new VerificationDamage(place, offset, what));
}
