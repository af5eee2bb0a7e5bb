using System.Text.Json;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>
/// SEQUENCE of directories with format 1, which had no journal: a ceiling that no sequence handed out was above. Read
/// once, when such a directory is raised to the present format.
/// </summary>
internal static class LegacySequence
{
    private const string Name = "SEQUENCE";
    private const string SpareName = "SEQUENCE.next";
    private const int FileBytesMax = 4096;

    /// <exception cref="StoreFormatException">The file is missing or damaged: which sequences were handed out is unknown.</exception>
    public static long ReadCeiling(IDirectory data)
    {
        using IFile file = data.TryOpen(Name, FileAccess.Read)
            ?? throw new StoreFormatException($"{data.Path}/{Name} is missing; without it versions could be handed out twice.");
        byte[] content = new byte[FileBytesMax];
        int count = file.Read(content, 0);
        if (ChecksummedLine.IsIntact(content.AsSpan(0, count), "check"u8))
        {
            using JsonDocument document = JsonDocument.Parse(content.AsMemory(0, count));
            if (document.RootElement.TryGetProperty("ceiling"u8, out JsonElement value) && value.TryGetInt64(out long ceiling) && ceiling >= 0)
            {
                return ceiling;
            }
        }

        throw new StoreFormatException($"{file.Path} is damaged; without it versions could be handed out twice.");
    }

    /// <summary>Nothing reads it any more.</summary>
    public static void Remove(IDirectory data)
    {
        data.TryUnlink(Name);
        data.TryUnlink(SpareName);
    }
}
