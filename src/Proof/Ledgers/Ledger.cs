namespace DocService.Proof.Ledgers;

/// <summary>
/// What every client was told, kept outside of the server. After each crash it is held against what the server then
/// has: never older than acknowledged or read, never something that was not written, batches whole, no sequence used
/// twice, and an order of all operations that explains every answer.
/// </summary>
/// <remarks>
/// Owns: the calls since the last crash (an epoch), what stood under each key after it, and every sequence ever told.
/// Thread: <see cref="NewCall"/> and <see cref="Add"/> any; <see cref="Close"/> when all clients have ended.
/// </remarks>
internal sealed class Ledger(IReadOnlyList<string> keys)
{
    /// <summary>Steps of one call, at most.</summary>
    public const int StepsMax = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, long> _callOfSequence = [];
    private readonly Dictionary<string, Observation> _state = keys.ToDictionary(key => key, _ => Observation.Absent);
    private readonly Dictionary<string, Told> _told = keys.ToDictionary(key => key, _ => default(Told));
    private readonly Dictionary<(string Key, long Version), long> _tagOfVersion = [];
    private List<Call> _calls = [];
    private int _answered;
    private long _lastCall;

    public IReadOnlyList<string> Keys => keys;

    /// <summary>What stood under each key after the last crash.</summary>
    public IReadOnlyDictionary<string, Observation> State => _state;

    /// <summary>Operations checked for linearizability so far.</summary>
    public long OperationsChecked { get; private set; }

    /// <summary>A number that no other call has.</summary>
    public long NewCall() => Interlocked.Increment(ref _lastCall);

    /// <summary>Identifies the content that the call's step puts: what has it was written by nobody else.</summary>
    public static long NewTag(long call, int step) => (call * StepsMax) + step;

    /// <summary>The call ended, with or without an answer.</summary>
    public void Add(Call call)
    {
        lock (_gate)
        {
            _calls.Add(call);
            _answered += call.Outcome == Outcome.Unknown ? 0 : 1;
        }
    }

    /// <summary>Answered calls since the last crash.</summary>
    public int Answered
    {
        get
        {
            lock (_gate)
            {
                return _answered;
            }
        }
    }

    /// <summary>The calls since the last crash.</summary>
    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Judges the epoch by what stands there after the crash, and begins the next one from that.</summary>
    /// <param name="crash">How it ended.</param>
    /// <param name="crashed">Timestamp: nothing of the epoch took effect later.</param>
    /// <param name="found">Each key, read when nobody writes.</param>
    /// <returns>Every violation.</returns>
    public IReadOnlyList<string> Close(CrashKind crash, long crashed, IReadOnlyDictionary<string, Observation> found)
    {
        IReadOnlyList<Call> calls = Calls;
        var violations = new List<string>();
        NoteSequences(calls, found, violations);
        foreach (string key in keys)
        {
            Told told = TellAll(key, calls, crash);
            if (AgeCheck.Explain(key, told, found[key], calls) is { } violation)
            {
                violations.Add(violation);
            }

            _told[key] = told.Settled(found[key]);
        }

        violations.AddRange(BatchCheck.Explain(calls, found));
        var history = new EpochHistory(calls, crash, crashed, _tagOfVersion);
        foreach (string key in keys)
        {
            if (history.Explain(key, _state[key].Tag, found[key].Tag) is { } violation)
            {
                violations.Add(violation);
            }

            _state[key] = found[key];
        }

        OperationsChecked += history.Operations;
        lock (_gate)
        {
            _calls = [];
            _answered = 0;
        }

        return violations;
    }

    /// <summary>A sequence belongs to one commit for ever, and a content to the key it was written to.</summary>
    private void NoteSequences(IReadOnlyList<Call> calls, IReadOnlyDictionary<string, Observation> found, List<string> violations)
    {
        foreach (Call call in calls.Where(call => call.Sequence is not null))
        {
            NoteSequence(call.Sequence!.Value, call.Number, violations);
            foreach (Step put in call.Steps.Where(step => step.Tag != 0))
            {
                _tagOfVersion[(put.Key, call.Sequence.Value)] = put.Tag;
            }
        }

        foreach ((string key, Observation seen) in calls.SelectMany(call => call.Steps).Where(step => step.Found is { IsAbsent: false })
            .Select(step => (step.Key, step.Found!.Value)).Concat(found.Where(pair => !pair.Value.IsAbsent).Select(pair => (pair.Key, pair.Value))))
        {
            NoteSequence(seen.Version, seen.Tag / StepsMax, violations);
            _tagOfVersion[(key, seen.Version)] = seen.Tag;
        }
    }

    private void NoteSequence(long sequence, long call, List<string> violations)
    {
        if (!_callOfSequence.TryAdd(sequence, call) && _callOfSequence[sequence] != call)
        {
            violations.Add($"sequence {sequence} used twice: for call {_callOfSequence[sequence]} and for call {call}");
        }
    }

    /// <summary>The newest that anybody was told of the key, up to and with this epoch.</summary>
    private Told TellAll(string key, IReadOnlyList<Call> calls, CrashKind crash)
    {
        Told told = _told[key];
        foreach (Call call in calls)
        {
            bool survives = call.Outcome == Outcome.Acknowledged || (call.Outcome == Outcome.Buffered && crash == CrashKind.Kill);
            foreach (Step step in survives ? call.Steps.Where(step => step.Key == key) : [])
            {
                told = step.Found is { } seen ? told.And(seen)
                    : step.IsWrite && call.Sequence is { } sequence && step.ChangesWhenAcknowledged ? told.And(sequence, step.Kind == StepKind.Delete)
                    : told;
            }
        }

        return told;
    }
}
