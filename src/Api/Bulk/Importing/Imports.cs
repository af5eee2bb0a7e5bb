using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DocService.Api.Bulk.Importing;

/// <summary>What an import is called by: its key, which belongs to whoever has sent it.</summary>
internal sealed record ImportName(string Owner, string Key);

/// <summary>Imports that have a key: those under way, and the last ones that have ended since the start.</summary>
/// <remarks>Owns: what is known of them. Thread: any. Invariant: of two imports with one key one is under way at most.</remarks>
internal sealed class Imports
{
    /// <summary>Ended ones that are still told about.</summary>
    internal const int EndedMax = 1000;

    private readonly ConcurrentDictionary<ImportName, ImportReport> _known = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<(ImportName Name, ImportReport Report)>> _ended = new(StringComparer.Ordinal); // by owner
    private int _endedCount;

    /// <summary>False while another with this key is under way.</summary>
    public bool TryBegin(ImportName name, ImportReport report)
    {
        while (true)
        {
            if (!_known.TryGetValue(name, out ImportReport? other))
            {
                if (_known.TryAdd(name, report))
                {
                    return true;
                }
            }
            else if (other.State == ImportState.Running)
            {
                return false;
            }
            else if (_known.TryUpdate(name, report, other))
            {
                return true;
            }
        }
    }

    /// <summary>It has ended, as its report says. Where there are too many, whoever has the most loses the oldest: nobody pushes out what others have.</summary>
    public void End(ImportName name, ImportReport report)
    {
        (ImportName Name, ImportReport Report) oldest;
        lock (_gate)
        {
            if (!_ended.TryGetValue(name.Owner, out Queue<(ImportName, ImportReport)>? own))
            {
                _ended.Add(name.Owner, own = []);
            }

            own.Enqueue((name, report));
            if (++_endedCount <= EndedMax)
            {
                return;
            }

            (string owner, Queue<(ImportName, ImportReport)> most) = _ended.MaxBy(static of => of.Value.Count);
            oldest = most.Dequeue();
            _endedCount--;
            if (most.Count == 0)
            {
                _ended.Remove(owner);
            }
        }

        _known.TryRemove(KeyValuePair.Create(oldest.Name, oldest.Report)); // unless another has taken its place
    }

    public bool TryGet(ImportName name, [NotNullWhen(true)] out ImportReport? report) => _known.TryGetValue(name, out report);
}
