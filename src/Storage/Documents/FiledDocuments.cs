using System.Text;
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
            return file is not null && KeyIn(file) is { } key && DocumentPath.Of(key) is var path && path.Shard == directory && path.Name == name
                ? new FiledDocument(key, DocumentReader.Read(file, key, budget: null))
                : null;
        }
        catch (FileSystemException exception)
        {
            throw Translate(exception);
        }
    }

    /// <summary>Null where the header is damaged.</summary>
    private static DocumentKey? KeyIn(IFile file)
    {
        byte[] head = new byte[DocumentHeader.BytesMax];
        int count = file.Read(head, 0);
        return DocumentHeader.TryReadIdentity(head.AsSpan(0, count), out string? id, out _)
            && DocumentKey.TryCreateStored(Encoding.UTF8.GetBytes(id), out DocumentKey key, out _) ? key : null;
    }

    private static StoreException Translate(FileSystemException exception) => exception.IsOutOfHandles
        ? new StoreBusyException($"A document's file could not be read: {exception.Message}", exception)
        : new StorageFaultException($"A document's file could not be read: {exception.Message}", exception);
}
