namespace DocService.Storage.Tests.Support.Crash.Ledgers;

/// <summary>Judges a history of notes: whether every read, and every answer to a write, may stand after what came before.</summary>
/// <remarks>
/// Owns: what is known of every document (its floor), of every write, and of every version.
/// Thread: one.
/// Invariants: a document's floor is the newest version that was acknowledged or read; a later read may show it or
/// something newer that was asked for, whole, and never anything older.
/// On failure: the first violation is kept, in words.
/// </remarks>
internal sealed class Ledger
{
    private readonly Dictionary<int, IssuedWrite> _writes = [];
    private readonly Dictionary<int, Read> _reads = [];
    private readonly Dictionary<string, Floor> _floors = [];
    private readonly Dictionary<long, IssuedWrite> _versions = [];
    private Guid? _storeId;
    private long _highest;
    private bool _isHealthy;

    public Ledger(IEnumerable<object> notes)
    {
        foreach (Note note in notes.OfType<Note>())
        {
            Add(note);
        }
    }

    /// <summary>The first thing that must not happen and did, or null.</summary>
    public string? Violation { get; private set; }

    /// <summary>Versions that were returned or visible, each of which names one write for good.</summary>
    public IReadOnlyCollection<long> Versions => _versions.Keys;

    private void Add(Note note)
    {
        switch (note)
        {
            case Note.Opened opened:
                Identify(opened.StoreId);
                break;
            case Note.Issued issued:
                _writes.Add(issued.Operation, new IssuedWrite(issued.Changes, _highest));
                break;
            case Note.Acknowledged acknowledged:
                Acknowledge(_writes[acknowledged.Operation], acknowledged.Version);
                break;
            case Note.Buffered buffered:
                Answer(_writes[buffered.Operation], buffered.Version);
                _writes[buffered.Operation].IsBuffered = true;
                break;
            case Note.Refused refused:
                Refuse(_writes[refused.Operation], refused);
                break;
            case Note.LeftOpen open:
                _writes[open.Operation].IsDoubtful = true;
                ObjectIfHealthy($"a write was left open on a healthy disk: {open.Error}");
                break;
            case Note.ReadBegun begun:
                _reads.Add(begun.Operation, new Read(begun.Id, FloorOf(begun.Id)));
                break;
            case Note.ReadEnded ended:
                End(_reads[ended.Operation], ended);
                break;
            case Note.ReadFailed failed:
                ObjectIfHealthy($"a read of {_reads[failed.Operation].Id} failed on a healthy disk: {failed.Error}");
                break;
            case Note.Killed:
                KeepBuffered();
                break;
            case Note.Restarted:
                Restart();
                break;
        }
    }

    private void Identify(Guid storeId)
    {
        if (_storeId is { } known && known != storeId)
        {
            Object($"the store was {known} and is {storeId} now");
        }

        _storeId = storeId;
    }

    private void Acknowledge(IssuedWrite write, long version)
    {
        if (version == 0)
        {
            write.Outcome = WriteOutcome.Nothing;
            return;
        }

        Answer(write, version);
        Settle(write);
    }

    /// <summary>A client was told this version.</summary>
    private void Answer(IssuedWrite write, long version)
    {
        if (version <= write.HighestBefore)
        {
            Object($"a write of {write} got version {version}, although {write.HighestBefore} had been handed out before it was asked for");
        }

        if (write.Version is { } known && known != version)
        {
            Object($"a write of {write} was answered with version {version} and read as {known}");
        }

        foreach (IssuedWrite past in write.IsPast ? [] : _writes.Values.Where(past => past.IsUndecided))
        {
            past.LimitBelow(version); // versions rise from process to process
        }

        write.Version = version;
        Claim(version, write);
    }

    private void Refuse(IssuedWrite write, Note.Refused refused)
    {
        ObjectIfHealthy($"a write of {write} was refused on a healthy disk: {refused.Error}");
        if (write.Outcome == WriteOutcome.Done)
        {
            Object($"a reader saw a write of {write} that was refused later: {refused.Error}");
        }

        write.Outcome = WriteOutcome.Nothing;
    }

    private void End(Read read, Note.ReadEnded ended)
    {
        string? problem = ended.Body is null ? ExplainAbsence(read) : ExplainBody(read, ended.Version, ended.Body);
        if (problem is not null)
        {
            Object($"{read.Id}: {problem}; the floor was {read.Floor}");
            return;
        }

        foreach (IssuedWrite write in _writes.Values.Where(write => write.IsUndecided && write.Names(read.Id)))
        {
            Decide(write, read.Id, ended);
        }
    }

    /// <summary>Null when the read may return nothing; draws the conclusions.</summary>
    private string? ExplainAbsence(Read read)
    {
        if (read.Floor.Body is not null)
        {
            IssuedWrite[] sources = [.. _writes.Values.Where(write => write.Deletes(read.Id) && write.MayBeAbove(read.Floor.Version))];
            if (sources.Length == 0)
            {
                return "is gone, and nobody has deleted it";
            }

            if (sources is [{ Changes.Count: > 1 } only])
            {
                Settle(only);
            }
        }

        if (FloorOf(read.Id) == read.Floor)
        {
            // What was there when the read began is deleted, whatever the delete's version.
            _floors[read.Id] = read.Floor with { Body = null };
        }

        return null;
    }

    /// <summary>Null when the read may return that body; draws the conclusions.</summary>
    private string? ExplainBody(Read read, long version, string body)
    {
        if (version == read.Floor.Version && body == read.Floor.Body)
        {
            return null;
        }

        IssuedWrite? source = _writes.Values.FirstOrDefault(write => write.Puts(read.Id, body));
        string? problem = source switch
        {
            null => $"version {version} is no body that anybody wrote there: {body}",
            { Outcome: WriteOutcome.Nothing } => $"version {version} is a write that was refused or had been lost before",
            { IsDoubtful: true, IsPast: false } => $"version {version} was shown, although its sync has failed",
            { Version: { } known } when version != known => $"has version {version}, answered or read as {known}",
            _ when version >= source.Below => $"version {version} belongs to a write of which another document showed version {source.Below} before: it is torn",
            _ when version <= read.Floor.Version => $"version {version} is older than what was acknowledged or read",
            _ => null,
        };
        if (problem is null)
        {
            source!.Version = version;
            Claim(version, source);
            Settle(source);
        }

        return problem;
    }

    /// <summary>The write was carried out: all its documents have at least this version now.</summary>
    private void Settle(IssuedWrite write)
    {
        write.Outcome = WriteOutcome.Done;
        long version = write.Version ?? write.HighestBefore;
        foreach (Note.Change change in write.Changes)
        {
            long known = FloorOf(change.Id).Version;
            if (version > known || (write.Version is null && version == known))
            {
                _floors[change.Id] = new Floor(version, change.Body);
            }
        }
    }

    /// <summary>A write left open by a process that is gone, and what stands in the place of one of its documents.</summary>
    private void Decide(IssuedWrite write, string id, Note.ReadEnded ended)
    {
        if (ended.Body is null && write.Deletes(id))
        {
            // Carried out or not: it may be what a later absence is explained by.
        }
        else if (write.Changes.Count == 1)
        {
            // Perhaps it was carried out and then replaced; nobody may see it any more in either case.
            write.Outcome = WriteOutcome.Nothing;
        }
        else if (ended.Body is not null)
        {
            write.LimitBelow(ended.Version);
        }
        else if (!_writes.Values.Any(other => other != write && other.Deletes(id) && other.MayBeAbove(write.HighestBefore)))
        {
            write.Outcome = WriteOutcome.Nothing;
        }
    }

    private void KeepBuffered()
    {
        foreach (IssuedWrite write in _writes.Values.Where(write => write is { IsBuffered: true, IsPast: false, Outcome: WriteOutcome.Open }))
        {
            Settle(write);
        }
    }

    private void Restart()
    {
        _isHealthy = true;
        foreach (IssuedWrite write in _writes.Values)
        {
            write.IsPast = true;
        }
    }

    private Floor FloorOf(string id) => _floors.GetValueOrDefault(id);

    private void Claim(long version, IssuedWrite write)
    {
        if (!_versions.TryAdd(version, write) && _versions[version] != write)
        {
            Object($"version {version} names two contents: {_versions[version]} and {write}");
        }

        _highest = Math.Max(_highest, version);
    }

    private void Object(string problem) => Violation ??= problem;

    private void ObjectIfHealthy(string problem)
    {
        if (_isHealthy)
        {
            Object(problem);
        }
    }

    private readonly record struct Floor(long Version, string? Body);

    private sealed record Read(string Id, Floor Floor);
}
