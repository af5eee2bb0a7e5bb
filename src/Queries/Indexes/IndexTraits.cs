namespace DocService.Queries.Indexes;

/// <summary>
/// What an index has ever met; it decides what may be concluded from its keys (queries.md 4). Never turns back while the
/// index lives.
/// Thread: its owner guards it; a planner reads one that does not change meanwhile.
/// </summary>
public sealed class IndexTraits(int fields)
{
    private readonly bool[] _metArray = new bool[fields];

    /// <summary>Some key was cut to 480 bytes and a digest.</summary>
    public bool HasCutKeys { get; private set; }

    /// <summary>Some document has too many keys.</summary>
    public bool HasOverflow { get; private set; }

    /// <summary>Of each field, whether its path ever met an array.</summary>
    public IReadOnlyList<bool> MetArray => _metArray;

    /// <summary>Takes in one document's entries; true when that changed anything, and must be kept.</summary>
    public bool Add(IndexEntries entries)
    {
        bool changed = (entries.HasCutKeys && !HasCutKeys) || (entries.IsOverflow && !HasOverflow);
        HasCutKeys |= entries.HasCutKeys;
        HasOverflow |= entries.IsOverflow;
        for (int i = 0; i < _metArray.Length; i++)
        {
            changed |= entries.MetArray[i] && !_metArray[i];
            _metArray[i] |= entries.MetArray[i];
        }

        return changed;
    }

    /// <summary>As it was kept.</summary>
    public static IndexTraits Of(IReadOnlyList<bool> metArray, bool hasCutKeys, bool hasOverflow)
    {
        var traits = new IndexTraits(metArray.Count) { HasCutKeys = hasCutKeys, HasOverflow = hasOverflow };
        for (int i = 0; i < metArray.Count; i++)
        {
            traits._metArray[i] = metArray[i];
        }

        return traits;
    }
}
