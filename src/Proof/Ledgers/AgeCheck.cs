namespace DocService.Proof.Ledgers;

/// <summary>The plain promise: what stands there after a crash is never older than what anybody was told.</summary>
internal static class AgeCheck
{
    /// <summary>Null, or what is wrong with the key.</summary>
    public static string? Explain(string key, Told told, Observation found, IReadOnlyList<Call> calls)
    {
        if (found.IsAbsent)
        {
            return told is { Sequence: > 0, IsDelete: false } && !MayBeDeleted(key, calls)
                ? $"lost write: {key} is absent, version {told.Sequence} was told and nobody deleted it"
                : null;
        }

        if (found.Version > told.Sequence || (found.Version == told.Sequence && !told.IsDelete))
        {
            return null;
        }

        return told.IsDelete
            ? $"resurrected delete: {key} has {found}, and was gone at sequence {told.Sequence}"
            : $"lost write: {key} has {found}, version {told.Sequence} was told";
    }

    /// <summary>A deletion without an answer, or one whose answer does not tell its place.</summary>
    private static bool MayBeDeleted(string key, IReadOnlyList<Call> calls) =>
        calls.Any(call => call.Outcome is Outcome.Unknown or Outcome.Buffered && call.Steps.Any(step => step.Key == key && step.Kind == StepKind.Delete));
}
