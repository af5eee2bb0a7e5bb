using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace DocService.Api.Bulk.Importing;

/// <summary>Imports that have a key: those under way, and the last ones that have ended since the start.</summary>
/// <remarks>Owns: what is known of them. Thread: any. Invariant: of two imports with one key one is under way at most.</remarks>
internal sealed class Imports
{
    /// <summary>Ended ones that are still told about.</summary>
    private const int EndedMax = 1000;

    private readonly ConcurrentDictionary<string, ImportReport> _known = [];
    private readonly ConcurrentQueue<(string Key, ImportReport Report)> _ended = [];

    /// <summary>False while another with this key is under way.</summary>
    public bool TryBegin(string key, ImportReport report)
    {
        while (true)
        {
            if (!_known.TryGetValue(key, out ImportReport? other))
            {
                if (_known.TryAdd(key, report))
                {
                    return true;
                }
            }
            else if (other.State == ImportState.Running)
            {
                return false;
            }
            else if (_known.TryUpdate(key, report, other))
            {
                return true;
            }
        }
    }

    /// <summary>It has ended, as its report says.</summary>
    public void End(string key, ImportReport report)
    {
        _ended.Enqueue((key, report));
        while (_ended.Count > EndedMax && _ended.TryDequeue(out (string Key, ImportReport Report) oldest))
        {
            _known.TryRemove(KeyValuePair.Create(oldest.Key, oldest.Report)); // unless another has taken its place
        }
    }

    public bool TryGet(string key, [NotNullWhen(true)] out ImportReport? report) => _known.TryGetValue(key, out report);
}
