using System.Buffers;
using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Journal;

namespace DocService.Storage.Engine;

/// <summary>Finds the newest published version of a document: in the journal if it stands there, else in its file.</summary>
/// <remarks>
/// Thread: any, without a lock. A version moves from the journal to its file in the order: file in place and synced,
/// entry removed, segment released. So who finds no entry finds the file, and whose segment is gone looks again.
/// </remarks>
internal sealed class DocumentLookup(Pending pending, FiledHeaders headers, DocumentFiles files)
{
    /// <summary>The version with its body, or null.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors have run out.</exception>
    public StoredDocument? Read(DocumentKey key) =>
        Find(key, static (file, key) => DocumentReader.Read(file, key), static (operation, version, buffer) =>
        {
            ReadOnlySpan<byte> all = buffer;
            all.Overlaps(operation.Body, out int offset);
            return new StoredDocument(operation.ToInfo(version), buffer, operation.Body.IsEmpty ? 0 : offset, operation.Body.Length);
        }, keepsBuffer: true);

    /// <summary>The version without its body, or null.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors have run out.</exception>
    public DocumentInfo? ReadInfo(DocumentKey key)
    {
        if (pending.Find(key) is { Info: { } info } entry)
        {
            return info with { Version = entry.Version };
        }

        return Find(key, static (file, key) => DocumentReader.ReadInfo(file, key), static (operation, version, _) => operation.ToInfo(version), keepsBuffer: false);
    }

    /// <summary>What stands under the key, for a write that judges it.</summary>
    /// <exception cref="StoreBusyException">Descriptors have run out.</exception>
    public CurrentDocument ReadCurrent(DocumentKey key)
    {
        try
        {
            return (FindUnchanged(key) ?? ReadInfo(key)) is { } info ? CurrentDocument.Of(info) : CurrentDocument.Absent;
        }
        catch (DocumentCorruptException exception)
        {
            return CurrentDocument.Unreadable(exception);
        }
    }

    /// <summary>
    /// What the document's file says, if it is known and still that file; null is no answer. The caller holds the key's
    /// lock: what is not pending now stays filed.
    /// </summary>
    private DocumentInfo? FindUnchanged(DocumentKey key)
    {
        if (pending.Find(key) is not null || headers.Find(key) is not { } header)
        {
            return null;
        }

        try
        {
            return files.TryGetStamp(header.Path) == header.Stamp ? header.Info : null;
        }
        catch (FileSystemException)
        {
            return null; // opening it will tell
        }
    }

    private T? Find<T>(DocumentKey key, Func<IFile, DocumentKey, T> fromFile, Func<Operation, long, byte[], T> fromJournal, bool keepsBuffer)
        where T : class
    {
        try
        {
            while (pending.Find(key) is { } entry)
            {
                if (entry.IsDelete)
                {
                    return null;
                }

                if (!entry.Locator.Segment.TryHold())
                {
                    continue; // filed and released since the look
                }

                try
                {
                    return FromJournal(key, entry, fromJournal, keepsBuffer);
                }
                finally
                {
                    entry.Locator.Segment.Release();
                }
            }

            using IFile? file = Open(key);
            return file is null ? null : fromFile(file, key);
        }
        catch (DocumentCorruptException)
        {
            headers.Forget(key);
            throw;
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles)
        {
            throw new StoreBusyException(exception.Message, exception);
        }
        catch (FileSystemException exception)
        {
            headers.Forget(key);
            throw new DocumentCorruptException(key, exception.Path, exception.Message, exception);
        }
    }

    private IFile? Open(DocumentKey key)
    {
        try
        {
            return files.TryOpen(DocumentPath.Of(key));
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EIO)
        {
            // The directory itself could not be read: nobody knows whether there is a document.
            throw new DocumentCorruptException(key, exception.Path, exception.Message, exception) { MayBeAbsent = true };
        }
    }

    private static T FromJournal<T>(DocumentKey key, PendingEntry entry, Func<Operation, long, byte[], T> map, bool keepsBuffer)
    {
        RecordLocator locator = entry.Locator;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(locator.Bytes);
        bool isKept = false;
        try
        {
            if (!locator.TryRead(buffer) || !Operation.TryRead(buffer.AsSpan(0, locator.Bytes), out Operation operation, out _))
            {
                throw new DocumentCorruptException(key, locator.Segment.File.Path, $"its record at offset {locator.Offset} is damaged");
            }

            T result = map(operation, entry.Version, buffer);
            isKept = keepsBuffer;
            return result;
        }
        finally
        {
            if (!isKept)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
