using System.Text.Json;
using DocService.Transfer.Files;

namespace DocService.Transfer.Sending;

/// <summary>How far an import is, in a file beside what is imported. It is removed when all is done.</summary>
/// <remarks>Not the API key: that is no one's business who reads the file.</remarks>
internal sealed record ImportNote
{
    public const int FormatNow = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public int Format { get; init; } = FormatNow;

    /// <summary>Name of this import: begins the keys of its requests.</summary>
    public required string Run { get; init; }

    public required string Server { get; init; }

    public required IReadOnlyList<string> Sources { get; init; }

    public required string Prefix { get; init; }

    public required string OnConflict { get; init; }

    public SourceFormat? From { get; init; }

    /// <summary>That are answered, from the beginning of the first source.</summary>
    public long Chunks { get; init; }

    /// <summary>Of these chunks.</summary>
    public string Digest { get; init; } = string.Empty;

    public ImportTotals Totals { get; init; } = new();

    /// <summary>A new one of nothing done.</summary>
    public static ImportNote Begin(ImportOptions options, Uri server) => new()
    {
        Run = Guid.NewGuid().ToString("N"),
        Server = server.ToString(),
        Sources = [.. options.Sources.Select(Name)],
        Prefix = options.Prefix,
        OnConflict = options.OnConflict,
        From = options.Format,
    };

    /// <summary>The one that is there; null: there is none that has anything done.</summary>
    /// <exception cref="TransferException">It is not legible, or of another import.</exception>
    public static ImportNote? Read(ImportOptions options, Uri server)
    {
        if (options.NotePath is not { } path || !File.Exists(path))
        {
            return null;
        }

        ImportNote? note;
        try
        {
            note = JsonSerializer.Deserialize<ImportNote>(File.ReadAllBytes(path), Json);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            note = null;
        }

        if (note is not { Format: FormatNow })
        {
            throw new TransferException($"{path} is there and is no note of an import that this program can read. With --restart the import begins anew.");
        }

        ImportNote wanted = Begin(options, server);
        bool isSame = note.Server == wanted.Server && note.Sources.SequenceEqual(wanted.Sources) && note.Prefix == wanted.Prefix && note.OnConflict == wanted.OnConflict && note.From == wanted.From;
        return isSame ? note
            : note.Chunks == 0 ? null // that one was refused before anything was done
            : throw new TransferException($"{path} notes another import that was stopped: of {string.Join(", ", note.Sources)} to {note.Server}, prefix '{note.Prefix}', --on-conflict {note.OnConflict}. Let that one go on, or begin anew with --restart.");
    }

    public void Write(string path) => DurableFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, Json));

    private static string Name(string source) => source == Transfer.Sources.OpenSource.StandardInput ? source : Path.GetFullPath(source);
}
