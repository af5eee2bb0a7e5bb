using DocService.Storage.Followers;
using DocService.Storage.Io;

namespace DocService.Storage.Documents;

/// <summary>Reads all documents' files beside a running store. Thread: any.</summary>
internal sealed class FiledDocuments(DocumentFiles files) : IFiledDocuments
{
    public int Directories => DocumentPath.Shards;

    public IReadOnlyList<string> List(int directory)
    {
        try
        {
            return files.ListByInode(directory);
        }
        catch (FileSystemException exception)
        {
            throw Translate(exception);
        }
    }

    public FiledDocument? Read(int directory, string name)
    {
        try
        {
            using IFile? file = files.TryOpen(directory, name);
            return file is not null && DocumentReader.TryReadKey(file) is { } key && DocumentPath.Of(key) is var path && path.Shard == directory && path.Name == name
                ? new FiledDocument(key, DocumentReader.Read(file, key, budget: null))
                : null;
        }
        catch (FileSystemException exception)
        {
            throw Translate(exception);
        }
    }

    private static StoreException Translate(FileSystemException exception) => exception.IsOutOfHandles
        ? new StoreBusyException($"A document's file could not be read: {exception.Message}", exception)
        : new StorageFaultException($"A document's file could not be read: {exception.Message}", exception);
}
