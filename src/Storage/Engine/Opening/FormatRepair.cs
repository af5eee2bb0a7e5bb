using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;

namespace DocService.Storage.Engine.Opening;

/// <summary>FORMAT made again from the headers of the journal's segments, which hold all of it but whether versions were kept. For salvage alone.</summary>
internal static class FormatRepair
{
    /// <summary>Where a damaged FORMAT is kept.</summary>
    public const string EvidenceName = "FORMAT.damaged";

    /// <summary>As <see cref="FormatFile.Recognise"/>; what is damaged or missing comes from the journal. Nothing is written.</summary>
    /// <exception cref="StoreFormatException">It is whole and of an unknown format, or nothing says that this is a data directory.</exception>
    public static (FormatFile? Format, bool IsRebuilt) Recognise(IDirectory data, string lockName, DateTimeOffset now)
    {
        try
        {
            return (FormatFile.Recognise(data, lockName), false);
        }
        catch (StoreFormatException exception) when (!exception.IsWhole)
        {
            FormatFile? format = Rebuild(data, exception.IsDamage, now);
            if (format is null)
            {
                throw;
            }

            return (format, true);
        }
    }

    /// <summary>Puts the rebuilt file in its place, and keeps the damaged one.</summary>
    public static FormatFile Replace(SyncedDirectory data, FormatFile format)
    {
        IDirectory names = data.Entries;
        if (names.GetKind(FormatFile.Name) != EntryKind.None && names.GetKind(EvidenceName) == EntryKind.None)
        {
            names.Link(FormatFile.Name, names, EvidenceName);
        }

        return FormatFile.Replace(data, format);
    }

    private static FormatFile? Rebuild(IDirectory data, bool isDamaged, DateTimeOffset now)
    {
        using IDirectory? journal = data.GetKind(DataDirectory.JournalName) == EntryKind.Directory ? data.TryOpenDirectory(DataDirectory.JournalName) : null;
        if (journal is null)
        {
            return null;
        }

        // A snapshot must not go on as the store that it was taken of.
        string? mark = data.GetKind(DataDirectory.ManifestName) == EntryKind.None ? null : DirectoryMark.Snapshot;
        SegmentHeader[] headers = [.. Lineage.HeadersIn(journal).OrderBy(header => header.Number)];
        if (headers.Length > 0)
        {
            return new FormatFile(FormatFile.Current, headers[^1].StoreId, headers.Min(header => header.Created), HasJournal: true, StartsAfter: 0, Directory: mark);
        }

        // A FORMAT that cannot be read still says whose directory this was; without one it may be anybody's.
        return isDamaged
            ? new FormatFile(FormatFile.Current, Guid.NewGuid(), now, HasJournal: true, StartsAfter: 0, Directory: mark)
            : null;
    }
}
