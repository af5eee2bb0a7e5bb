namespace DocService.Storage.Tests.Support.Crash;

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
    private readonly Dictionary<int, Write> _writes = [];
    private readonly Dictionary<int, Read> _reads = [];
    private readonly Dictionary<string, Floor> _floors = [];
    private readonly Dictionary<long, string> _versions = [];
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

    /// <summary>Versions that were returned or visible, each of which names one content for good.</summary>
    public IReadOnlyCollection<long> Versions => _versions.Keys;

    private void Add(Note note)
    {
        switch (note)
        {
            case Note.Opened opened:
                Identify(opened.StoreId);
                break;
            case Note.Issued issued:
                _writes.Add(issued.Operation, new Write(issued.Id, issued.Body) { HighestBefore = _highest });
                break;
            case Note.Acknowledged acknowledged:
                Acknowledge(acknowledged);
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

    private void Acknowledge(Note.Acknowledged acknowledged)
    {
        Write write = _writes[acknowledged.Operation];
        write.Outcome = Outcome.Done;
        if (acknowledged.Version == 0)
        {
            return;
        }

        write.Version = acknowledged.Version;
        if (acknowledged.Version <= write.HighestBefore)
        {
            Object($"a write of {write.Id} got version {acknowledged.Version}, although {write.HighestBefore} had been handed out before it was asked for");
        }

        Claim(acknowledged.Version, write.Id, write.Body);
        Raise(write.Id, new Floor(acknowledged.Version, write.Body));
    }

    private void Refuse(Write write, Note.Refused refused)
    {
        write.Outcome = Outcome.Nothing;
        ObjectIfHealthy($"a write of {write.Id} was refused on a healthy disk: {refused.Error}");
        if (write.Body is not null && _versions.ContainsValue(Content(write.Id, write.Body)))
        {
            Object($"a reader saw a write of {write.Id} that was refused later: {refused.Error}");
        }
    }

    private void End(Read read, Note.ReadEnded ended)
    {
        if (Explain(read, ended) is { } problem)
        {
            Object($"{read.Id}: {problem}; the floor was {read.Floor}");
            return;
        }

        if (ended.Body is not null)
        {
            Claim(ended.Version, read.Id, ended.Body);
            Raise(read.Id, new Floor(ended.Version, ended.Body));
        }
        else if (FloorOf(read.Id) == read.Floor)
        {
            // What was there when the read began is deleted, whatever the delete's version.
            _floors[read.Id] = read.Floor with { Body = null };
        }

        foreach (Write write in _writes.Values.Where(write => write.Id == read.Id && write is { IsPast: true, Outcome: Outcome.Open }))
        {
            write.Outcome = write.Body is not null && write.Body == ended.Body ? Outcome.Done : Outcome.Nothing;
        }
    }

    /// <summary>Null when the read may return that.</summary>
    private string? Explain(Read read, Note.ReadEnded ended)
    {
        if (ended.Body is null)
        {
            return read.Floor.Body is null
                || _writes.Values.Any(write => write.Id == read.Id && write.Body is null && write.MayBeNewerThan(read.Floor))
                ? null
                : "is gone, and nobody has deleted it";
        }

        if (ended.Version == read.Floor.Version && ended.Body == read.Floor.Body)
        {
            return null;
        }

        Write? source = _writes.Values.FirstOrDefault(write => write.Id == read.Id && write.Body == ended.Body);
        return source switch
        {
            null => $"version {ended.Version} is no body that anybody wrote there: {ended.Body}",
            { Outcome: Outcome.Nothing } => $"version {ended.Version} is a write that was refused or had been lost before",
            { IsDoubtful: true, IsPast: false } => $"version {ended.Version} was shown, although its sync has failed",
            { Version: { } version } when version != ended.Version => $"has version {ended.Version}, acknowledged as {version}",
            _ when ended.Version <= read.Floor.Version => $"version {ended.Version} is older than what was acknowledged or read",
            _ => null,
        };
    }

    private void Restart()
    {
        _isHealthy = true;
        foreach (Write write in _writes.Values)
        {
            write.IsPast = true;
        }
    }

    private Floor FloorOf(string id) => _floors.GetValueOrDefault(id);

    private void Raise(string id, Floor floor)
    {
        if (floor.Version > FloorOf(id).Version)
        {
            _floors[id] = floor;
        }
    }

    private void Claim(long version, string id, string? body)
    {
        string content = Content(id, body);
        if (!_versions.TryAdd(version, content) && _versions[version] != content)
        {
            Object($"version {version} names two contents: {_versions[version]} and {content}");
        }

        _highest = Math.Max(_highest, version);
    }

    private static string Content(string id, string? body) => $"{id} = {body ?? "deleted"}";

    private void Object(string problem) => Violation ??= problem;

    private void ObjectIfHealthy(string problem)
    {
        if (_isHealthy)
        {
            Object(problem);
        }
    }

    private enum Outcome
    {
        Open,
        Done,
        Nothing,
    }

    private readonly record struct Floor(long Version, string? Body);

    private sealed record Read(string Id, Floor Floor);

    private sealed class Write(string id, string? body)
    {
        public string Id { get; } = id;

        public string? Body { get; } = body;

        public Outcome Outcome { get; set; }

        /// <summary>Known once acknowledged.</summary>
        public long? Version { get; set; }

        public required long HighestBefore { get; init; }

        /// <summary>Asked for in a process that is gone.</summary>
        public bool IsPast { get; set; }

        /// <summary>Its outcome is unknown: no reader sees it before a restart has decided.</summary>
        public bool IsDoubtful { get; set; }

        public bool MayBeNewerThan(Floor floor) => Outcome switch
        {
            Outcome.Nothing => false,
            Outcome.Done => Version > floor.Version,
            _ => IsPast || !IsDoubtful,
        };
    }
}
