using System.Runtime.InteropServices;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Filing;

/// <summary>Why documents are blocked: by directory and error, with how many there are.</summary>
/// <remarks>Owns: the counts. Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock.</remarks>
internal sealed class Obstacles
{
    private const int Told = 3;

    private readonly Dictionary<(int Shard, Errno Error), (int Count, string Reason)> _found = [];

    /// <summary>Counts one document more, or one less.</summary>
    public void Count(int shard, Errno error, string? reason, int change)
    {
        ref (int Count, string Reason) found = ref CollectionsMarshal.GetValueRefOrAddDefault(_found, (shard, error), out _);
        found = (found.Count + change, reason ?? found.Reason);
        if (found.Count == 0)
        {
            _found.Remove((shard, error));
        }
    }

    /// <summary>What keeps documents from being filed in that directory; null when nothing does.</summary>
    public string? In(int shard) => _found.FirstOrDefault(pair => pair.Key.Shard == shard).Value.Reason;

    /// <summary>For operators; null when there are none.</summary>
    public override string? ToString()
    {
        var found = _found.OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Key.Shard).ToList();
        if (found.Count == 0)
        {
            return null;
        }

        IEnumerable<string> told = found.Take(Told).Select(pair => $"{Documents(pair.Value.Count)} in docs/{DocumentPath.ShardName(pair.Key.Shard)} cannot be filed: {pair.Value.Reason}");
        int rest = found.Skip(Told).Sum(pair => pair.Value.Count);
        return string.Join("; ", told) + (rest > 0 ? $"; and {Documents(rest)} in other directories" : string.Empty);
    }

    private static string Documents(int count) => count == 1 ? "1 document" : $"{count} documents";
}
