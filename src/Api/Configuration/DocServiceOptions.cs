using DocService.Api.Fields;
using DocService.Storage;

namespace DocService.Api.Configuration;

/// <summary>The section <c>DocService</c> of the configuration. The README's table describes each key for users and must match.</summary>
internal sealed class DocServiceOptions
{
    public const string Section = "DocService";

    private const int DepthLimit = 1000; // Utf8JsonReader's and everybody else's stacks end somewhere
    private const long DocumentBytesLimit = 1L << 29; // one array, with its header, in one buffer

    /// <summary>Path of the data directory; relative to the current directory.</summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>Level of writes that ask for none: buffered, durable or filed.</summary>
    public string Durability { get; set; } = "filed";

    /// <summary>Largest document in bytes.</summary>
    public long MaxDocumentBytes { get; set; } = 16L << 20;

    /// <summary>Deepest nesting of arrays and objects in a document.</summary>
    public int MaxDepth { get; set; } = 128;

    /// <summary>Bytes of request bodies and answers held at once.</summary>
    public long InFlightBytes { get; set; } = 256L << 20;

    /// <summary>Longest that a request waits for its turn.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    public DurabilityLevel Level => DurabilityField.Parse(Durability)!.Value;

    /// <summary>What is wrong with the values, in one line; null when nothing is.</summary>
    public string? Validate()
    {
        if (string.IsNullOrWhiteSpace(DataDirectory) || DataDirectory.Contains('\0', StringComparison.Ordinal))
        {
            return "DocService:DataDirectory must be a path.";
        }

        if (DurabilityField.Parse(Durability) is null)
        {
            return $"DocService:Durability must be buffered, durable or filed, not '{Durability}'.";
        }

        if (MaxDocumentBytes is < 1 or > DocumentBytesLimit)
        {
            return $"DocService:MaxDocumentBytes must lie between 1 and {DocumentBytesLimit}, not {MaxDocumentBytes}.";
        }

        if (MaxDepth is < 1 or > DepthLimit)
        {
            return $"DocService:MaxDepth must lie between 1 and {DepthLimit}, not {MaxDepth}.";
        }

        return InFlightBytes < 2 * MaxDocumentBytes
            ? $"DocService:InFlightBytes must be at least twice MaxDocumentBytes ({2 * MaxDocumentBytes}), not {InFlightBytes}."
            : null;
    }

    public StoreOptions ToStoreOptions() => new() { DataDirectory = Path.GetFullPath(DataDirectory), BusyTimeout = BusyTimeout };
}
