using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Journal.Segments;

/// <summary>A file whose blocks are allocated and synced, waiting to become a segment. Its descriptor stays open.</summary>
internal sealed record Spare(string Name, IFile File, long SizeBytes)
{
    private const string Prefix = "spare-";
    private const string UnfinishedSuffix = ".tmp";

    public static string NameOf(long number) => Prefix + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The name while its blocks are being written.</summary>
    public static string UnfinishedNameOf(string name) => name + UnfinishedSuffix;

    /// <summary>The number in a spare's name, finished or not; null when it is no spare's.</summary>
    public static long? TryParseName(string name, out bool isUnfinished)
    {
        isUnfinished = name.EndsWith(UnfinishedSuffix, StringComparison.Ordinal);
        string finished = isUnfinished ? name[..^UnfinishedSuffix.Length] : name;
        return finished.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(finished.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && NameOf(number) == finished
                ? number
                : null;
    }
}
