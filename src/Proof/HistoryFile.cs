using DocService.Proof.Ledgers;

namespace DocService.Proof;

/// <summary>Everything the clients saw in the epoch of a violation, for whoever looks into it.</summary>
internal static class HistoryFile
{
    public static Task WriteAsync(string path, IReadOnlyList<Call> calls, IReadOnlyDictionary<string, Observation> found) =>
        File.WriteAllLinesAsync(path,
        [
            .. calls.OrderBy(call => call.Began).Select(call => $"{call.Began} {call.Ended} call {call.Number} {call.Outcome} sequence {call.Sequence}: {string.Join("; ", call.Steps)}"),
            .. found.Select(pair => $"after the crash {pair.Key}: {pair.Value}"),
        ]);
}
