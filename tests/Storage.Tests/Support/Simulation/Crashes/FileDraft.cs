namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>One file as a power cut leaves it, while it is put together.</summary>
/// <remarks>
/// Owns: a draft of the content, and which sectors of it were written.
/// Thread: one.
/// Invariants: of several versions of a sector the last that reached the disk stands; when none did, the sector is missing.
/// On failure: cannot fail.
/// </remarks>
internal sealed class FileDraft(long number, FileContent durable)
{
    private readonly ContentDraft _content = new(durable);

    // Per page: the sectors of which some version reached the disk, those of which any was written, and those of
    // which any was not given up after a failed sync.
    private readonly SortedDictionary<long, (int Reached, int Written, int InFlight)> _sectors = [];
    private long _length = durable.Length;
    private FileContent? _finished;

    public void Apply(PageWrite write, int sector, bool reached)
    {
        var (reachedBefore, written, inFlight) = _sectors.GetValueOrDefault(write.Page);
        _sectors[write.Page] = (reachedBefore | (reached ? sector : 0), written | sector, inFlight | (write.Doubtful ? 0 : sector));
        if (reached)
        {
            _content.Apply(write, sector);
        }
    }

    public void Apply(LengthChange change) => _length = Math.Max(_length, change.Length);

    public FileContent Finish(MissingBytes missing)
    {
        if (_finished is not null)
        {
            return _finished;
        }

        foreach (var (page, (reached, written, inFlight)) in _sectors)
        {
            // What lies behind the length is cut off in any case.
            if (page * FileContent.PageBytes < _length)
            {
                missing.Fill(_content, number, page, written & ~reached, (inFlight & ~reached) != 0);
            }
        }

        _finished = _content.ToContent(_length).Trim(_length);
        return _finished;
    }
}
