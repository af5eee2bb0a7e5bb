using System.Text.Json;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>
/// FORMAT: which format the directory has and which store it is. Its presence says that the first start was completed.
/// </summary>
/// <remarks>
/// The first start writes and syncs it under its temporary name before anything else, and renames it last. So a
/// directory with the temporary name alone is a first start that was cut off and is done again; one with other
/// content and neither name is somebody else's. When it is done again the temporary name is replaced by a rename:
/// there is no moment at which a cut leaves the content without it.
/// </remarks>
internal sealed record FormatFile(int Format, Guid StoreId, DateTimeOffset Created)
{
    /// <summary>The format this version reads and writes.</summary>
    public const int Current = 1;

    private const string Name = "FORMAT";
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

        // lost+found stands in the root of every ext filesystem, which is a fine place for a data directory.
        string? foreign = names.Where(name => name != lockName && name != DraftName && name != "lost+found").Order(StringComparer.Ordinal).FirstOrDefault();
        return foreign is null || names.Contains(TempName)
            ? null
            : throw new StoreFormatException($"{data.Path} is not empty and not a data directory: it holds '{foreign}' and no {Name}. Choose an empty directory.");
    }

    /// <summary>Begins a first start: from here on a cut is recognised as one.</summary>
    public static void Announce(IDirectory data, DateTimeOffset now)
    {
        data.TryUnlink(DraftName);
        using (IFile file = data.Create(DraftName))
        {
            file.Write(Encode(Guid.NewGuid(), now), 0);
            file.Sync();
        }

        data.Rename(DraftName, data, TempName);
        data.Sync();
    }

    /// <summary>Ends a first start: everything else is there and synced.</summary>
    public static FormatFile Complete(IDirectory data)
    {
        data.Rename(TempName, data, Name);
        data.Sync();
        using IFile? file = data.TryOpen(Name, FileAccess.Read);
        return Read(file ?? throw new StoreFormatException($"{data.Path}/{Name} was written and is gone again."));
    }

    private static byte[] Encode(Guid storeId, DateTimeOffset now)
    {
        byte[] content = new byte[256];
        var line = new LineWriter(content, 0);
        line.Raw("{\"docservice\":"u8);
        line.Number(Current);
        line.Raw(",\"store\":"u8);
        line.Text(System.Text.Encoding.ASCII.GetBytes(storeId.ToString()));
        line.Raw(",\"created\":\""u8);
        line.Time(now);
        line.Raw("\""u8);
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
            if (format != Current)
            {
                throw new StoreFormatException($"{file.Path} says format {format}; this version knows format {Current}.");
            }

            if (ChecksummedLine.IsIntact(content.AsSpan(0, count), ChecksumMember))
            {
                return new FormatFile(
                    format, document.RootElement.GetProperty("store"u8).GetGuid(), document.RootElement.GetProperty("created"u8).GetDateTimeOffset());
            }
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new StoreFormatException($"{file.Path} is damaged: {exception.Message}", exception);
        }

        throw new StoreFormatException($"{file.Path} is damaged: its checksum does not match.");
    }
}
