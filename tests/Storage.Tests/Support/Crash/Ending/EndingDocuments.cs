using System.Text;
using DocService.Storage.Clock;
using DocService.Storage.Rules;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support.Scheduling;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support.Crash.Ending;

/// <summary>
/// One client of a store whose documents end. It keeps the time itself, says beforehand what each answer must be, and notes in
/// the disk's log what it asks for and what it is told.
/// </summary>
/// <remarks>Thread: one fiber's. On failure: the first contradiction stands in <see cref="Problem"/>, and nothing more is done.</remarks>
internal sealed class EndingDocuments
{
    /// <summary>No answer is demanded so close to the moment at which it changes: calls take time, and the scheduler lets it jump by up to 5 s.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly Lazy<IReadOnlyDictionary<string, Entry?>> PreparedOnce = new(static () =>
    {
        _ = Audit(Scene.Prepared(), [new Told(Scene.Ids.ToDictionary(id => id, _ => (Entry?)null))], out IReadOnlyDictionary<string, Entry?> found, out _);
        return found;
    });

    private readonly SimulatedFileSystem _disk;
    private readonly VirtualClock _clock;
    private readonly DocumentStore _store;
    private readonly Dictionary<string, Entry?> _entries;
    private DateTimeOffset _openedAt;
    private long _openedTimestamp;
    private KnownTime? _noted;
    private DateTimeOffset? _doubted; // where a start has found a clock that it does not believe
    private bool _beganInDoubt;
    private TimeSpan?[] _lives = [];

    /// <param name="disk">Where.</param>
    /// <param name="scheduler">Of its process.</param>
    /// <param name="entries">What there is.</param>
    /// <param name="noted">What is noted of the time.</param>
    /// <param name="confirms">An operator says that the wall clock is right.</param>
    public EndingDocuments(SimulatedFileSystem disk, SeededScheduler scheduler, IReadOnlyDictionary<string, Entry?> entries, KnownTime? noted = null, bool confirms = false)
    {
        _disk = disk;
        _clock = scheduler.Clocks;
        _entries = new(entries);
        _noted = noted;
        (_openedAt, _openedTimestamp) = (_clock.GetUtcNow(), _clock.GetTimestamp());
        _store = DocumentStore.Open(disk, Scene.Options with { ConfirmsTime = confirms }, scheduler, NullLoggerFactory.Instance, [new TestRule { Commit = SetEnds }]);
        if (noted is not null && !confirms)
        {
            bool isBelieved = MayBe(_openedAt, noted.Known, noted.Doubted) ?? !_store.Time.BeganInDoubt;
            _beganInDoubt = !isBelieved;
            _doubted = isBelieved ? null : _openedAt <= noted.Known || noted.Doubted < _openedAt ? noted.Doubted : _openedAt;
            _openedAt = isBelieved && _openedAt > noted.Known ? _openedAt : noted.Known;
        }

        Demand(true, (_store.Time.OpenedAt - _openedAt).Duration() < Slack, $"the store's time began at {_store.Time.OpenedAt:O}");
    }

    /// <summary>A document as the store has told of it, whether or not it has ended.</summary>
    public sealed record Entry(long Version, string Body, DateTimeOffset? Expires)
    {
        public override string ToString() => $"version {Version}, {Body[..Math.Min(Body.Length, 40)]}, until {Expires:O}";
    }

    /// <summary>What a write would leave: no body: nothing; no life: no end.</summary>
    public sealed record Change(string Id, string? Body, TimeSpan? Life)
    {
        public override string ToString() => $"{Id} for {Life}";
    }

    /// <summary>A write is on its way.</summary>
    public sealed record Asked(IReadOnlyList<Change> Changes);

    /// <summary>All writes are answered, and this is what there is.</summary>
    public sealed record Told(IReadOnlyDictionary<string, Entry?> Entries, KnownTime? Noted = null);

    /// <summary>A note of the time is on its way.</summary>
    public sealed record Noting(KnownTime Known);

    /// <summary>What there is on <see cref="Scene.Prepared"/>.</summary>
    public static IReadOnlyDictionary<string, Entry?> Prepared => PreparedOnce.Value;

    public string? Problem { get; private set; }

    public IReadOnlyDictionary<string, Entry?> Entries => _entries;

    private TimeSpan Running => _clock.GetElapsedTime(_openedTimestamp);

    private DateTimeOffset StoreNow => _openedAt + Running;

    /// <summary>
    /// What is on the disk, ended or not: read by a store whose clock stands long before any end. A problem where that is neither
    /// what was told nor what a write under way would have left.
    /// </summary>
    public static string? Audit(SimulatedFileSystem disk, IReadOnlyList<object> notes, out IReadOnlyDictionary<string, Entry?> found, out KnownTime? noted)
    {
        KnownTime? known = null;
        var entries = new Dictionary<string, Entry?>();
        string? problem = null;
        disk.Log.KeepsCalls = false;
        SimulatedProcess.Run(disk, async scheduler =>
        {
            scheduler.Clocks.WallAhead = TimeSpan.FromDays(-36_500);
            await using DocumentStore store = Scene.Open(disk, scheduler, Scene.Options with { ConfirmsTime = true });
            known = store.Time.Noted;
            int told = notes.Select((note, index) => note is Told ? index : -1).Max();
            IReadOnlyList<Change> open = [.. notes.Skip(told).OfType<Asked>().SelectMany(asked => asked.Changes)];
            if (known != ((Told)notes[told]).Noted && !notes.Skip(told).OfType<Noting>().Any(noting => noting.Known == known))
            {
                problem ??= $"the time was noted as {((Told)notes[told]).Noted}, and the note is {known}";
            }

            foreach ((string id, Entry? expected) in ((Told)notes[told]).Entries)
            {
                Entry? entry = await ReadAsync(store, id);
                entries[id] = entry;
                DocumentInfo? info = await store.ReadInfoAsync(id);
                bool isOpen = open.Any(change => change.Id == id && change.Body == entry?.Body && (entry is null || (change.Life is { } life ? IsCounted(from: entry.Expires - life, info!.Modified) : entry.Expires is null)));
                if (entry != expected && !isOpen)
                {
                    problem ??= $"{id} was {expected} and is {entry}";
                }
            }
        });
        (found, noted) = (entries, known);
        return problem;
    }

    /// <summary>Whether a life may count from there: not from before the write, unless that has its date from a wrong clock.</summary>
    private static bool IsCounted(DateTimeOffset? from, DateTimeOffset modified) => from >= modified || modified - from > Minute;

    public ValueTask CloseAsync() => _store.DisposeAsync();

    public async Task PutAsync(DurabilityLevel level, params Change[] changes)
    {
        if (Begin(changes))
        {
            _lives = [.. changes.Select(change => change.Life)];
            bool?[] were = [.. changes.Select(change => IsThere(change.Id))];
            CommitResult result = await _store.CommitAsync([.. changes.Select(change => new PutOperation(DocumentKey.Create(change.Id), TestDocuments.Content(change.Body!), default))], level, default);
            for (int index = 0; index < changes.Length; index++)
            {
                DocumentInfo info = result.Results[index].Document!;
                Demand(were[index], result.Results[index].Status == WriteStatus.Replaced, $"a put of {changes[index].Id} was {result.Results[index].Status}");
                Demand(were[index] is false ? true : null, info.Created == info.Modified, $"{changes[index].Id} goes on from {info.Created}");
                DateTimeOffset from = StoreNow > info.Modified || info.Modified - StoreNow > Minute ? StoreNow : info.Modified;
                Demand(true, changes[index].Life is { } life ? (info.Expires - from - life)?.Duration() < Slack : info.Expires is null, $"{changes[index]} ends at {info.Expires:O}");
                _entries[changes[index].Id] = new Entry(info.Version, changes[index].Body!, info.Expires);
            }

            End();
        }
    }

    public async Task DeleteAsync(string id)
    {
        if (Begin(new Change(id, null, null)))
        {
            bool? was = IsThere(id);
            WriteResult result = await _store.DeleteAsync(id, level: DurabilityLevel.Durable);
            Demand(was, result.Status == WriteStatus.Deleted, $"a delete of {id} was {result.Status}");
            _entries[id] = result.Status == WriteStatus.Deleted ? null : _entries[id];
            End();
        }
    }

    /// <summary>In one commit. The version may be one that there was never, or one that has been replaced.</summary>
    public async Task SweepAsync(params (string Id, long Version)[] sweeps)
    {
        if (Begin([.. sweeps.Select(sweep => new Change(sweep.Id, null, null))]))
        {
            bool?[] due = [.. sweeps.Select(sweep => _entries[sweep.Id] is { } entry && entry.Version == sweep.Version && entry.Expires is { } end ? IsDue(end) : false)];
            CommitResult result = await _store.CommitAsync([.. sweeps.Select(sweep => new SweepOperation(DocumentKey.Create(sweep.Id), sweep.Version))], DurabilityLevel.Durable, default);
            for (int index = 0; index < sweeps.Length; index++)
            {
                bool isSwept = result.Results[index].Status == WriteStatus.Deleted;
                Demand(due[index], isSwept, $"a sweep of {sweeps[index]} was {result.Results[index].Status}, of {_entries[sweeps[index].Id]}");
                _entries[sweeps[index].Id] = isSwept ? null : _entries[sweeps[index].Id];
            }

            End();
        }
    }

    /// <summary>As the server does once an hour.</summary>
    public async Task NoteTimeAsync()
    {
        if (Begin())
        {
            KnownTime known = _store.Time.ToKnown(_noted);
            TimeSpan ahead = _clock.GetUtcNow() - StoreNow;
            Demand(true, (known.Known - StoreNow).Duration() < Slack, $"the time is noted as {known}");
            Demand(ahead > Minute + Slack ? true : ahead < Minute - Slack && !_beganInDoubt ? false : null, known.Doubted is not null, $"the time is noted as {known}");
            _disk.Mark(new Noting(known));
            _lives = [null];
            await _store.PutAsync(KnownTime.Key, TestDocuments.Content(known.ToJson()), Conditions.None, DurabilityLevel.Durable, default);
            _noted = known;
            End();
        }
    }

    /// <summary>As the server does once a minute.</summary>
    public void BeginAgain()
    {
        if (Problem is null)
        {
            DateTimeOffset wall = _clock.GetUtcNow();
            DateTimeOffset now = StoreNow;
            bool? may = _beganInDoubt ? MayBe(wall, now, _doubted) : false;
            bool hasBegun = _store.Time.TryBeginAgain();
            Demand(may, hasBegun, $"the store's time began again: {hasBegun}");
            if (hasBegun)
            {
                (_openedAt, _openedTimestamp, _beganInDoubt, _doubted) = (wall > now ? wall : now, _clock.GetTimestamp(), false, null);
            }
        }
    }

    public async Task ReadAllAsync()
    {
        foreach ((string id, Entry? entry) in _entries)
        {
            bool? isThere = IsThere(id);
            Entry? found = await ReadAsync(_store, id);
            Demand(isThere is null ? null : true, found == (isThere is true ? entry : null), $"{id} is {entry} and was read as {found}");
        }
    }

    private static async Task<Entry?> ReadAsync(DocumentStore store, string id)
    {
        using StoredDocument? document = await store.ReadAsync(DocumentKey.Create(id), default);
        return document is null ? null : new Entry(document.Info.Version, Encoding.UTF8.GetString(document.Body.Span), document.Info.Expires);
    }

    private void SetEnds(CommitDraft draft)
    {
        for (int index = 0; index < draft.Operations.Count; index++)
        {
            if (draft.Operations[index].Operation is PutOperation && _lives[index] is { } life)
            {
                draft.ExpireAfter(index, life);
            }
        }
    }

    /// <summary>Whether a start may take that clock for right; null close to where that changes.</summary>
    private static bool? MayBe(DateTimeOffset wall, DateTimeOffset known, DateTimeOffset? doubted)
    {
        DateTimeOffset[] borders = [known - Minute, known.AddDays(180), doubted ?? DateTimeOffset.MaxValue];
        return borders.Any(border => (wall - border).Duration() < Slack) ? null : wall > borders[0] && wall < borders[1] && wall < borders[2];
    }

    /// <summary>Null close to the moment.</summary>
    private bool? IsThere(string id) => _entries[id] is { } entry ? !HasCome(entry.Expires) : false;

    private bool? HasCome(DateTimeOffset? moment) => moment is not { } end || end > StoreNow + Slack ? false : end < StoreNow - Slack ? true : null;

    private bool? IsDue(DateTimeOffset end)
    {
        TimeSpan off = (_clock.GetUtcNow() - StoreNow).Duration();
        bool? isTime = HasCome((end > _openedAt ? end : _openedAt) + Hour);
        return isTime is false || off > Minute + Slack ? false : off < Minute - Slack ? isTime : null;
    }

    /// <summary>Nothing is demanded where it is not known.</summary>
    private void Demand(bool? expected, bool isSo, string otherwise)
    {
        if (expected is { } demanded && demanded != isSo)
        {
            Problem ??= $"{otherwise}; the store's time is {StoreNow:O}, opened at {_openedAt:O}, wall {_clock.GetUtcNow():O}";
        }
    }

    private bool Begin(params Change[] changes)
    {
        if (Problem is null)
        {
            _disk.Mark(new Asked(changes));
        }

        return Problem is null;
    }

    private void End() => _disk.Mark(new Told(new Dictionary<string, Entry?>(_entries), _noted));
}
