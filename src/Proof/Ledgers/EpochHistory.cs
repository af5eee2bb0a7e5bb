using DocService.Proof.Histories;

namespace DocService.Proof.Ledgers;

/// <summary>
/// The calls of one epoch as histories of single documents. A crash ends every call: one without an answer took
/// effect before it or never, so histories stay short however long a run is.
/// </summary>
internal sealed class EpochHistory(IReadOnlyList<Call> calls, CrashKind crash, long crashed, IReadOnlyDictionary<(string Key, long Version), long> tagOfVersion)
{
    /// <summary>Operations checked so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Null when an order explains what all clients of the key saw, with these contents before and after.</summary>
    public string? Explain(string key, long before, long after)
    {
        var history = new List<RegisterOperation>();
        foreach (Call call in calls.Where(call => call.Outcome != Outcome.Refused))
        {
            history.AddRange(call.Steps.Where(step => step.Key == key).Select(step => Operation(call, step)).OfType<RegisterOperation>());
        }

        history.Add(new RegisterOperation(crashed, long.MaxValue - 1, Need.Exactly, after, null, IsOptional: false, $"after the crash: {after}"));
        Operations += history.Count;
        return Linearizability.Explain(before, history) is { } reason ? $"not linearizable: {key}, which held {before} before: {reason}" : null;
    }

    private RegisterOperation? Operation(Call call, Step step)
    {
        (Need need, long value) = call.Outcome == Outcome.ConditionFailed ? Current(step) : Condition(step);
        if (step.Kind == StepKind.Read && step.Found is null && step.IfVersion is null)
        {
            return null;
        }

        bool hasAnswer = call.Outcome is Outcome.Acknowledged or Outcome.ConditionFailed;
        long? sets = call.Outcome == Outcome.ConditionFailed || step.Kind == StepKind.Read || !step.ChangesWhenAcknowledged ? null : step.Tag;
        bool isOptional = call.Outcome == Outcome.Unknown || (call.Outcome == Outcome.Buffered && crash == CrashKind.PowerCut);
        return new RegisterOperation(call.Began, hasAnswer ? call.Ended : crashed, need, value, sets, isOptional, $"call {call.Number}: {step}");
    }

    /// <summary>What must have stood there for the step to succeed as it did.</summary>
    private (Need Need, long Value) Condition(Step step) => step switch
    {
        { Found: { } found } => found.IsAbsent ? (Need.Absent, 0) : (Need.Exactly, found.Tag),
        { IfAbsent: true } or { Existed: false } => (Need.Absent, 0),
        { IfVersion: { } version } => tagOfVersion.TryGetValue((step.Key, version), out long tag) ? (Need.Exactly, tag) : (Need.Present, 0),
        { Existed: true } => (Need.Present, 0),
        _ => (Need.Anything, 0),
    };

    /// <summary>What stood there when its condition failed.</summary>
    private (Need Need, long Value) Current(Step step) => step.CurrentVersion switch
    {
        null => (Need.Anything, 0),
        0 => (Need.Absent, 0),
        { } version => tagOfVersion.TryGetValue((step.Key, version), out long tag) ? (Need.Exactly, tag) : (Need.Present, 0),
    };
}
