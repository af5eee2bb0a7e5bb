using DocService.Storage.Followers;
using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>Reads all documents' files beside a running store. Thread: any.</summary>
internal sealed class FiledDocuments(DocumentFiles files) : IFiledDocuments
{
    public int Directories => DocumentPath.Shards;

    public IReadOnlyList<string> List(int directory) => Guarded(() => files.ListByInode(directory));

    public FiledDocument? Read(int directory, string name) => Guarded(() =>
    {
        using IFile? file = files.TryOpen(directory, name);
        return file is not null && DocumentReader.TryReadKey(file) is { } key && DocumentPath.Of(key) is var path && path.Shard == directory && path.Name == name
            ? new FiledDocument(key, DocumentReader.Read(file, key, budget: null))
            : null;
    });

    public IReadOnlyList<string> ListVersions(int directory) => Guarded(() => files.Versions.List(directory));

    public FiledDocument? ReadVersion(int directory, string name) => Guarded(() =>
    {
        using IFile? file = files.Versions.TryOpen(directory, name);
        if (file is null || DocumentReader.TryReadKey(file) is not { } key || DocumentPath.Of(key).Shard != directory)
        {
            return null;
        }

        StoredDocument document = DocumentReader.Read(file, key, budget: null);
        if (DocumentPath.Of(key).OfVersion(document.Info.Version) == name)
        {
            return new FiledDocument(key, document);
        }

        document.Dispose();
        return null;
    });

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (FileSystemException exception)
        {
            throw Translate(exception);
        }
    }

    private static StoreException Translate(FileSystemException exception) => exception.IsOutOfHandles
        ? new StoreBusyException($"A document's file could not be read: {exception.Message}", exception) { NamesFiles = true }
        : new StorageFaultException($"A document's file could not be read: {exception.Message}", exception);
}
