using System.Security.Cryptography;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Snapshots;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Checks;

/// <summary>Compares the files of a snapshot with what its manifest says: whether one is missing, or has been added.</summary>
internal sealed class SnapshotCheck(VerificationReport report)
{
    public void Run(IDirectory snapshot)
    {
        if (SnapshotManifest.TryRead(snapshot) is not { } info)
        {
            Add("it is missing or damaged");
            return;
        }

        using var names = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long documents = AddAll(names, snapshot, DataDirectory.DocumentsName, DocumentPath.IsName);
        long versions = AddAll(names, snapshot, DataDirectory.VersionsName, DocumentPath.IsVersionName);
        if (documents != info.Documents || versions != info.Versions)
        {
            Add($"{info.Documents} files of documents and {info.Versions} of versions were taken; there are {documents} and {versions}");
        }
        else if (new Sha256Digest(names.GetCurrentHash()) != info.Names)
        {
            Add("the files have other names than those that were taken");
        }
    }

    private static long AddAll(IncrementalHash names, IDirectory snapshot, string name, Func<string, bool> isName)
    {
        long count = 0;
        using IDirectory? all = snapshot.TryOpenDirectory(name);
        for (int shard = 0; all is not null && shard < DocumentPath.Shards; shard++)
        {
            using IDirectory? directory = all.TryOpenDirectory(DocumentPath.ShardName(shard));
            foreach (string file in directory?.List().Where(isName).Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())
            {
                SnapshotWalk.AddName(names, $"{name}/{DocumentPath.ShardName(shard)}", file);
                count++;
            }
        }

        return count;
    }

    private void Add(string what) => report.DamageFound.Add(new VerificationDamage(SnapshotManifest.Name, 0, what));
}
