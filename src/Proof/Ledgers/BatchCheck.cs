namespace DocService.Proof.Ledgers;

/// <summary>A batch without an answer happened whole or not at all: when one of its documents shows it, all do.</summary>
internal static class BatchCheck
{
    public static IEnumerable<string> Explain(IReadOnlyList<Call> calls, IReadOnlyDictionary<string, Observation> found)
    {
        foreach (Call batch in calls.Where(call => call.Steps.Count > 1 && call.Outcome is not (Outcome.Refused or Outcome.ConditionFailed)))
        {
            if (SequenceOf(batch, calls, found) is not { } sequence)
            {
                continue;
            }

            foreach (Step step in batch.Steps.Where(step => step.IsWrite && IsMissing(step, sequence, found[step.Key], calls)))
            {
                yield return $"torn batch: call {batch.Number} happened with sequence {sequence}, but {step.Key} has {found[step.Key]} in place of: {step}";
            }
        }
    }

    /// <summary>The sequence of the batch if anything shows that it happened: a document after the crash, or a read before it.</summary>
    private static long? SequenceOf(Call batch, IReadOnlyList<Call> calls, IReadOnlyDictionary<string, Observation> found)
    {
        foreach (Step put in batch.Steps.Where(step => step.Tag != 0))
        {
            if (found[put.Key].Tag == put.Tag)
            {
                return found[put.Key].Version;
            }

            Step? read = calls.SelectMany(call => call.Steps).FirstOrDefault(step => step.Found is { } seen && seen.Tag == put.Tag);
            if (read is not null)
            {
                return read.Found!.Value.Version;
            }
        }

        return batch.Outcome == Outcome.Unknown ? null : batch.Sequence;
    }

    private static bool IsMissing(Step step, long sequence, Observation found, IReadOnlyList<Call> calls)
    {
        if (step.Kind == StepKind.Delete)
        {
            return !found.IsAbsent && found.Version < sequence;
        }

        return found.IsAbsent
            ? !calls.Any(call => call.Outcome is not (Outcome.Refused or Outcome.ConditionFailed)
                && (call.Sequence is null || call.Sequence > sequence)
                && call.Steps.Any(other => other.Key == step.Key && other.Kind == StepKind.Delete))
            : found.Version < sequence;
    }
}
