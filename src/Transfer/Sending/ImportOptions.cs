namespace DocService.Transfer.Sending;

/// <summary>What is to be imported, and how.</summary>
public sealed record ImportOptions
{
    /// <summary>Files and directories, in their order; <c>-</c> is the standard input.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>What all of them are; null: each is recognised.</summary>
    public SourceFormat? Format { get; init; }

    /// <summary>What is put before every id.</summary>
    public string Prefix { get; init; } = string.Empty;

    /// <summary>What becomes of a document that is there already: <c>fail</c>, <c>skip</c> or <c>replace</c>, as the server names it.</summary>
    public string OnConflict { get; init; } = "fail";

    /// <summary>API key; null: none is sent.</summary>
    public string? Key { get; init; }

    /// <summary>Lines that are sent together at most. With another number than before a stopped import does not go on.</summary>
    public int ChunkLines { get; init; } = 5000;

    /// <summary>Where it is noted how far the import is; null: nowhere, and a stopped one cannot go on.</summary>
    public string? NotePath { get; init; }

    /// <summary>Begin anew, although there is a note of an import that was stopped.</summary>
    public bool Restarts { get; init; }

    /// <summary>Where notes stand unless said otherwise: beside the first source. None of the standard input, which cannot be read again.</summary>
    public static string? NoteBeside(IReadOnlyList<string> sources) =>
        sources.Contains(Transfer.Sources.OpenSource.StandardInput) ? null : Path.TrimEndingDirectorySeparator(sources[0]) + ".import-note";
}
