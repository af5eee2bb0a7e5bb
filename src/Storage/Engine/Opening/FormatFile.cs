using System.Text.Json;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>
/// FORMAT: which format the directory has and which store it is. Its presence says that the first start was completed.
/// </summary>
/// <remarks>
/// The first start writes and syncs it under its temporary name before anything else, and renames it last. So a
/// directory with the temporary name alone is a first start that was cut off and is done again; one with other
/// content and neither name is somebody else's. When it is done again the temporary name is replaced by a rename:
/// there is no moment at which a cut leaves the content without it.
/// </remarks>
/// <param name="Format">3: records, operations and header lines may hold what must be understood; 2: they do not.</param>
/// <param name="StoreId">Identity of the directory.</param>
/// <param name="Created">Of its first start.</param>
/// <param name="HasJournal">Whether the journal's first segment has been made: from then on its absence is damage.</param>
/// <param name="StartsAfter">No version of a document that was there before the journal is above this.</param>
/// <param name="Directory">See <see cref="DirectoryMark"/>: of the directory that it was written in; null where that is not known.</param>
internal sealed record FormatFile(int Format, Guid StoreId, DateTimeOffset Created, bool HasJournal, long StartsAfter, string? Directory)
{
    /// <summary>Whether the directories of kept versions have been made: from then on their absence is damage. A program that does not know this leaves it out when it writes the file anew.</summary>
    public bool HasVersions { get; init; }

    /// <summary>The directory is a snapshot: its first start is that of a copy, wherever it is.</summary>
    public bool IsSnapshot => Directory == DirectoryMark.Snapshot;

    /// <summary>The format this version writes.</summary>
    public const int Current = 3;

    /// <summary>The oldest that it opens, and raises.</summary>
    private const int Oldest = 2;

    public const string Name = "FORMAT";
    private const string TempName = "FORMAT.tmp";
    private const string DraftName = "FORMAT.draft";
    private const int FileBytesMax = 4096;

    private static ReadOnlySpan<byte> ChecksumMember => "check"u8;

    /// <summary>Null where a first start is due: the directory is empty, or an earlier first start was cut off.</summary>
    /// <exception cref="StoreFormatException">Not a data directory, or one of an unknown format.</exception>
    public static FormatFile? Recognise(IDirectory data, string lockName)
    {
        using IFile? file = data.TryOpen(Name, FileAccess.Read);
        if (file is not null)
        {
            return Read(file);
        }

        IReadOnlyList<string> names = data.List();

        // Every ext filesystem has lost+found in its root, and the root is a fine place for a data directory.
        string? foreign = names.Where(name => name != lockName && name != DraftName && name != "lost+found").Order(StringComparer.Ordinal).FirstOrDefault();
        return foreign is null || names.Contains(TempName)
            ? null
            : throw new StoreFormatException($"{data.Path} is not empty and not a data directory: it holds '{foreign}' and no {Name}. Choose an empty directory.");
    }

    /// <summary>Begins a first start: from here on a cut is recognised as one.</summary>
    public static void Announce(SyncedDirectory data, DateTimeOffset now)
    {
        WriteDraft(data.Entries, new FormatFile(Current, Guid.NewGuid(), now, HasJournal: false, StartsAfter: 0, DirectoryMark.Of(data.Entries)));
        data.Entries.Rename(DraftName, data.Entries, TempName);
        data.Sync();
    }

    /// <summary>Replaces the file by the four steps. Also while the store serves, so a failed sync must be told even where there is no memory to say so.</summary>
    public static FormatFile Replace(SyncedDirectory data, FormatFile format)
    {
        WriteDraft(data.Entries, format);
        return Rename(data, DraftName);
    }

    /// <summary>Ends a first start: everything else is there and synced.</summary>
    public static FormatFile Complete(SyncedDirectory data) => Rename(data, TempName);

    private static FormatFile Rename(SyncedDirectory data, string from)
    {
        data.Entries.Rename(from, data.Entries, Name);
        data.Sync();
        using IFile? file = data.Entries.TryOpen(Name, FileAccess.Read);
        return Read(file ?? throw new StoreFormatException($"{data.Entries.Path}/{Name} was written and is gone again."));
    }

    private static void WriteDraft(IDirectory data, FormatFile format)
    {
        data.TryUnlink(DraftName);
        using IFile file = data.Create(DraftName);
        file.Write(format.Encode(), 0);
        file.Sync();
    }

    private byte[] Encode()
    {
        byte[] content = new byte[512];
        var line = new LineWriter(content, 0);
        line.Raw("{\"docservice\":"u8);
        line.Number(Format);
        line.Raw(",\"store\":"u8);
        line.Text(System.Text.Encoding.ASCII.GetBytes(StoreId.ToString()));
        line.Raw(",\"created\":\""u8);
        line.Time(Created);
        line.Raw("\",\"journal\":"u8);
        line.Raw(HasJournal ? "true"u8 : "false"u8);
        line.Raw(",\"startsAfter\":"u8);
        line.Number(StartsAfter);
        if (HasVersions)
        {
            line.Raw(",\"history\":true"u8);
        }

        if (Directory is not null)
        {
            line.Raw(",\"directory\":"u8);
            line.Text(System.Text.Encoding.ASCII.GetBytes(Directory));
        }

        int length = ChecksummedLine.Finish(content, line.Length, ChecksumMember);
        return content[..length];
    }

    private static FormatFile Read(IFile file)
    {
        byte[] content = new byte[FileBytesMax];
        int count = file.Read(content, 0);
        try
        {
            using JsonDocument document = JsonDocument.Parse(content.AsMemory(0, count));
            int format = document.RootElement.GetProperty("docservice"u8).GetInt32();

            // The format is judged before the checksum: a later format may check itself in another way.
            if (format is < Oldest or > Current)
            {
                throw new StoreFormatException($"{file.Path} says format {format}; this version knows the formats {Oldest} to {Current}.")
                {
                    IsWhole = ChecksummedLine.IsIntact(content.AsSpan(0, count), ChecksumMember),
                };
            }

            if (ChecksummedLine.IsIntact(content.AsSpan(0, count), ChecksumMember))
            {
                JsonElement root = document.RootElement;
                return new FormatFile(
                    format,
                    root.GetProperty("store"u8).GetGuid(),
                    root.GetProperty("created"u8).GetDateTimeOffset(),
                    root.GetProperty("journal"u8).GetBoolean(),
                    root.GetProperty("startsAfter"u8).GetInt64(),
                    root.TryGetProperty("directory"u8, out JsonElement directory) ? directory.GetString() : null)
                {
                    HasVersions = root.TryGetProperty("history"u8, out JsonElement history) && history.GetBoolean(),
                };
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Damaged(file, exception.Message, exception);
        }

        throw Damaged(file, "its checksum does not match", null);
    }

    private static StoreFormatException Damaged(IFile file, string reason, Exception? cause) =>
        new($"{file.Path} is damaged: {reason.TrimEnd('.')}. The journal's segments say the same, but for whether versions were kept: --salvage writes it anew.", cause) { IsDamage = true };
}
