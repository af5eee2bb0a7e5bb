using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Filing;

/// <summary>The names that a chunk's synced temporary files take, and what has those names before.</summary>
/// <remarks>Thread: the disk threads of a phase; an item belongs to one of them.</remarks>
internal sealed class FilingNames(DocumentFiles files)
{
    /// <summary>A kept version that is its document's newest takes a name of the document's temporary file. False: it needs one of its own.</summary>
    public bool TryLinkVersion(FilingItem item, FilingItem source)
    {
        if (source.Failure is { } failure)
        {
            throw failure; // of the same file
        }

        if (files.TryLinkVersion(source.Slot, source.Path, item.Version.Version))
        {
            item.Key = source.Key;
            item.Path = source.Path;
            return true;
        }

        item.Source = null;
        return false;
    }

    /// <summary>A document takes its name, or loses it. A version with a file of its own takes that.</summary>
    public void Take(FilingItem item)
    {
        if (!item.Version.IsOfVersion)
        {
            TakeDocument(item);
        }
        else if (item.Source is null)
        {
            files.PublishVersion(item.Slot, item.Path, item.Version.Version);
        }
    }

    /// <summary>Names changed in a directory of documents, or in the one of versions that has its number, survive a power cut.</summary>
    public void Sync(int shard, bool isOfVersions)
    {
        if (isOfVersions)
        {
            files.Versions.SyncNames(shard);
        }
        else
        {
            files.SyncNames(shard);
        }
    }

    private void TakeDocument(FilingItem item)
    {
        if (item.Version.KeepsEvidence)
        {
            KeepEvidence(item);
        }

        try
        {
            Apply(item);
        }
        catch (FileSystemException exception) when (exception.IsNameForeign)
        {
            // Something foreign took the name since the commit. It goes where the evidence is.
            KeepEvidence(item);
            Apply(item);
        }
    }

    private void Apply(FilingItem item)
    {
        if (item.Version.IsDelete)
        {
            files.Remove(item.Path);
        }
        else
        {
            files.Publish(item.Slot, item.Path);
        }
    }

    private void KeepEvidence(FilingItem item)
    {
        if (!IsReadable(item))
        {
            files.Quarantine(item.Path, item.Version.Version);
        }
    }

    /// <summary>Absent counts as readable: there is no evidence to keep.</summary>
    private bool IsReadable(FilingItem item)
    {
        try
        {
            using IFile? file = files.TryOpen(item.Path);
            if (file is not null)
            {
                DocumentReader.ReadInfo(file, item.Key);
            }

            return true;
        }
        catch (DocumentCorruptException)
        {
            return false;
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return false;
        }
    }
}
