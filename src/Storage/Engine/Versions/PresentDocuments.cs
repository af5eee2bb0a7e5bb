using DocService.Storage.Clock;

namespace DocService.Storage.Engine.Versions;

/// <summary>
/// The documents that are there: whatever is asked of a document, by readers and by writes, is asked here. A version that has ended
/// counts as absent, wherever it was found: in the cache, in the journal, in its file.
/// </summary>
/// <remarks>
/// Thread: any. Only checks of files, the filer and followers see versions that have ended: they go other ways.
/// Nobody else uses <see cref="DocumentLookup"/>; a test reads that from the compiled code.
/// The moment is taken before the look. So a version that has ended by then is still the newest when it is found, and there
/// was no document at that moment.
/// </remarks>
internal sealed class PresentDocuments(DocumentLookup lookup, StoreTime time)
{
    /// <inheritdoc cref="DocumentLookup.TryReadCached"/>
    public CachedDocument? TryReadCached(ReadOnlySpan<char> id)
    {
        DateTimeOffset now = time.Now;
        return lookup.TryReadCached(id) is { } found && !found.Info.HasEnded(now) ? found : null;
    }

    /// <inheritdoc cref="DocumentLookup.Read(DocumentKey, ByteBudget)"/>
    public StoredDocument? Read(DocumentKey key, ByteBudget? budget) => ReadAt(time.Now, key, budget);

    /// <summary>The same for a write, which judges all its documents as of one moment.</summary>
    public StoredDocument? ReadAt(DateTimeOffset moment, DocumentKey key, ByteBudget? budget) =>
        Read(moment, key, budget, static (lookup, key, budget) => lookup.Read(key, budget));

    /// <inheritdoc cref="DocumentLookup.Open(DocumentKey, ByteBudget)"/>
    public StoredDocument? Open(DocumentKey key, ByteBudget? budget) => Read(time.Now, key, budget, static (lookup, key, budget) => lookup.Open(key, budget));

    /// <inheritdoc cref="DocumentLookup.OpenVersion"/>
    public StoredDocument? OpenVersion(DocumentKey key, long version, ByteBudget? budget)
    {
        DateTimeOffset now = time.Now;
        return PresentAt(now, lookup.OpenVersion(key, version, budget));
    }

    /// <inheritdoc cref="DocumentLookup.ReadInfo"/>
    public DocumentInfo? ReadInfo(DocumentKey key)
    {
        DateTimeOffset now = time.Now;
        return lookup.ReadInfo(key) is { } info && !info.HasEnded(now) ? info : null;
    }

    /// <summary>The document as it is, for a write that judges it. The caller holds the key's lock.</summary>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    public CurrentDocument ReadCurrent(DateTimeOffset moment, DocumentKey key)
    {
        try
        {
            return lookup.ReadLocked(key) is not { } info ? CurrentDocument.Absent
                : info.HasEnded(moment) ? CurrentDocument.OfEnded(info)
                : CurrentDocument.Of(info);
        }
        catch (DocumentCorruptException exception)
        {
            return CurrentDocument.Unreadable(exception);
        }
    }

    private StoredDocument? Read(DateTimeOffset moment, DocumentKey key, ByteBudget? budget, Func<DocumentLookup, DocumentKey, ByteBudget?, StoredDocument?> read)
    {
        try
        {
            return PresentAt(moment, read(lookup, key, budget));
        }
        catch (DocumentCorruptException)
        {
            if (HasEnded(moment, key))
            {
                return null; // the body is damaged, and nobody would be given it
            }

            throw;
        }
    }

    private static StoredDocument? PresentAt(DateTimeOffset moment, StoredDocument? found)
    {
        if (found is null || !found.Info.HasEnded(moment))
        {
            return found;
        }

        found.Dispose();
        return null;
    }

    /// <summary>Whether the header says so. False where that cannot be read either.</summary>
    private bool HasEnded(DateTimeOffset moment, DocumentKey key)
    {
        try
        {
            return lookup.ReadInfo(key)?.HasEnded(moment) == true;
        }
        catch (StoreException)
        {
            return false;
        }
    }
}
