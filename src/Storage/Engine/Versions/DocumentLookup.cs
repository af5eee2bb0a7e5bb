using DocService.Storage.Documents;
using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Committing;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Versions;

/// <summary>Finds the newest published version of a document: in the journal if it is not filed yet, else in its file. One that has ended it finds as well: <see cref="PresentDocuments"/> judges.</summary>
/// <remarks>
/// Thread: any, without waiting for a writer. A version moves from the journal to its file in the order: file in place and synced,
/// version no longer pending, segment released. So a reader that finds it not pending finds the file. A reader whose
/// segment is gone looks again.
/// </remarks>
internal sealed class DocumentLookup(Pending pending, LiveSegments segments, MediaTypes media, FiledHeaders headers, DocumentFiles files, DocumentCache cache, ReadGate reads)
{
    private static readonly Func<IFile, DocumentKey, ByteBudget?, long?, StoredDocument> ReadWhole = static (file, key, budget, _) => DocumentReader.Read(file, key, budget);

    private readonly Func<IFile, DocumentKey, ByteBudget?, long?, StoredDocument> _readOrOpen = (file, key, budget, begun) =>
    {
        FileState? state = begun is null ? null : StateOf(file); // before its bytes: if those change meanwhile, it is another
        StoredDocument document = DocumentReader.Open(file, key, budget, pieces => new FiledBody(key, file, pieces, reads));
        if (state is { } known && document.IsWhole && cache.Takes(key, document.Info.Length))
        {
            cache.Add(key, document, known, begun!.Value);
        }

        return document;
    };

    /// <summary>The version, if the cache has it: at once, and without memory. Null says nothing.</summary>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id) => cache.TryRead(id);

    /// <summary>The version with its body, or null.</summary>
    /// <param name="key">Which document.</param>
    /// <param name="budget">What its bytes are charged to before they are read; null: nothing.</param>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors, memory or the budget have run out.</exception>
    public StoredDocument? Read(DocumentKey key, ByteBudget? budget) => Read(key, budget, ReadWhole, isCached: false);

    /// <summary>The same; a large body that is filed is verified and left in its file, a small one goes into the cache.</summary>
    public StoredDocument? Open(DocumentKey key, ByteBudget? budget) => Read(key, budget, _readOrOpen, isCached: true);

    /// <summary>A kept version, as <see cref="Open(DocumentKey, ByteBudget)"/> the newest; null where it is not kept.</summary>
    public StoredDocument? OpenVersion(DocumentKey key, long version, ByteBudget? budget)
    {
        StoredDocument? found = Read(key, budget, _readOrOpen, isCached: false, version);
        if (found is null || found.Info.Version == version)
        {
            return found;
        }

        using (found)
        {
            throw new DocumentCorruptException(key, DocumentPath.Of(key).OfVersion(version), $"the file of version {version} holds version {found.Info.Version}");
        }
    }

    /// <summary>The version without its body, or null.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    public DocumentInfo? ReadInfo(DocumentKey key)
    {
        if (pending.TryFind(key.Digest, out PendingVersion version) && version.Info.IsKnown)
        {
            return media.Unpack(version.Info, version.Version);
        }

        return Find(key, null, static (file, key, _, _) => DocumentReader.ReadInfo(file, key), static (operation, version, _, _, _) => operation.ToInfo(version), keepsBuffer: false, isCached: false);
    }

    /// <summary>The version without its body, or null; the caller holds the key's lock, so what is known of the file may spare the look into it.</summary>
    /// <exception cref="DocumentCorruptException">It exists and cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    public DocumentInfo? ReadLocked(DocumentKey key) => FindUnchanged(key) ?? ReadInfo(key);

    /// <summary>
    /// The header of the document's file, if it is known and the file is unchanged. Null means that nothing is known. The
    /// caller holds the key's lock, so a document that is not pending now stays filed.
    /// </summary>
    private DocumentInfo? FindUnchanged(DocumentKey key)
    {
        if (pending.TryFind(key.Digest, out _) || !headers.TryFind(key.Digest, out FiledHeader header))
        {
            return null;
        }

        try
        {
            return files.TryGetStamp(DocumentPath.Of(key)) == header.Stamp ? media.Unpack(header.Info, header.Version) : null;
        }
        catch (FileSystemException)
        {
            return null; // opening it will tell
        }
    }

    /// <summary>Null where it cannot be asked: then the document is not cached.</summary>
    private static FileState? StateOf(IFile file)
    {
        try
        {
            return file.GetState();
        }
        catch (FileSystemException)
        {
            return null;
        }
    }

    private StoredDocument? Read(DocumentKey key, ByteBudget? budget, Func<IFile, DocumentKey, ByteBudget?, long?, StoredDocument> fromFile, bool isCached, long? kept = null) =>
        Find(key, budget, fromFile, static (operation, version, buffer, budget, taken) =>
        {
            ReadOnlySpan<byte> all = buffer;
            all.Overlaps(operation.Body, out int offset);
            return new StoredDocument(operation.ToInfo(version), buffer, operation.Body.IsEmpty ? 0 : offset, operation.Body.Length, budget, taken);
        }, keepsBuffer: true, isCached, kept);

    private T? Find<T>(DocumentKey key, ByteBudget? budget, Func<IFile, DocumentKey, ByteBudget?, long?, T> fromFile, Func<Operation, long, byte[], ByteBudget?, long, T> fromJournal, bool keepsBuffer, bool isCached, long? kept = null)
        where T : class
    {
        try
        {
            Sha256Digest document = kept is { } one ? VersionDigest.Of(key.Digest, one) : key.Digest;
            while (pending.TryFind(document, out PendingVersion version))
            {
                if (version.IsDelete)
                {
                    return null;
                }

                if (!segments.TryHold(version.Locator.Segment, out Segment? segment))
                {
                    continue; // filed and released since the look
                }

                try
                {
                    return FromJournal(key, version, segment.File, budget, fromJournal, keepsBuffer);
                }
                finally
                {
                    segment.LetGo();
                }
            }

            long? begun = isCached ? Begin(key) : null;
            IFile? file = Open(key, kept);
            bool isKept = false;
            try
            {
                T? result = file is null ? null : fromFile(file, key, budget, begun);
                isKept = result is StoredDocument { IsWhole: false };
                return result;
            }
            finally
            {
                if (!isKept)
                {
                    file?.Dispose();
                }
            }
        }
        catch (DocumentCorruptException)
        {
            headers.Forget(key.Digest);
            throw;
        }
        catch (FileSystemException exception) when (exception.IsOutOfHandles)
        {
            throw new StoreBusyException(exception.Message, exception) { NamesFiles = true };
        }
        catch (OutOfMemoryException exception)
        {
            throw new StoreBusyException("There is no memory to read the document.", exception);
        }
        catch (FileSystemException exception)
        {
            headers.Forget(key.Digest);
            throw new DocumentCorruptException(key, exception.Path, exception.Message, exception);
        }
    }

    /// <summary>A document of which a version is pending is not cached: its file has another version, or soon will.</summary>
    private long? Begin(DocumentKey key) => cache.Begin(key) is { } begun && !pending.Contains(key.Digest) ? begun : null;

    private IFile? Open(DocumentKey key, long? kept)
    {
        try
        {
            var path = DocumentPath.Of(key);
            return kept is { } version ? files.Versions.TryOpen(path, version) : files.TryOpen(path);
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EIO)
        {
            // The directory itself could not be read, so it is unknown whether there is a document.
            throw new DocumentCorruptException(key, exception.Path, exception.Message, exception) { MayBeAbsent = true };
        }
    }

    private static T FromJournal<T>(
        DocumentKey key, in PendingVersion version, IFile segment, ByteBudget? budget, Func<Operation, long, byte[], ByteBudget?, long, T> map, bool keepsBuffer)
    {
        RecordLocator locator = version.Locator;
        budget?.Take(locator.Bytes);
        byte[] buffer = [];
        bool isKept = false;
        try
        {
            buffer = BodyBuffers.Rent(locator.Bytes);
            if (!locator.TryRead(segment, buffer) || !Operation.TryRead(buffer.AsSpan(0, locator.Bytes), out Operation operation, out _))
            {
                throw new DocumentCorruptException(key, segment.Path, $"its record at offset {locator.Offset} is damaged");
            }

            T result = map(operation, version.Version, buffer, budget, locator.Bytes);
            isKept = keepsBuffer;
            return result;
        }
        finally
        {
            if (!isKept)
            {
                BodyBuffers.Return(buffer);
                budget?.Return(locator.Bytes);
            }
        }
    }
}
