using DocService.Storage.Requests;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Support.Crash.Features;

/// <summary>A client that gives each of its requests a key, and sends again, after any crash, what it has no answer to.</summary>
/// <remarks>
/// Notes in the disk's log what it sends and what it is told. So what a crash leaves can be judged by what was known at that moment.
/// Thread: one client's.
/// </remarks>
internal sealed class KeyedClient(SimulatedFileSystem disk, DocumentStore store)
{
    /// <summary>A request on its way.</summary>
    /// <param name="Key">Its key.</param>
    /// <param name="Id">Its document.</param>
    /// <param name="Bytes">Length of the body; 0: it deletes.</param>
    public sealed record Sent(string Key, string Id, int Bytes);

    /// <summary>It was answered with success.</summary>
    public sealed record Answered(string Key, long Sequence, WriteStatus Status);

    /// <summary>A write without a key, which nobody sends again.</summary>
    public sealed record Plain(string Id, long Sequence);

    public async Task<CommitResult> SendAsync(string key, string id, int bytes, DurabilityLevel level = DurabilityLevel.Durable)
    {
        var sent = new Sent(key, id, bytes);
        disk.Mark(sent);
        CommitResult result = await CommitAsync(store, sent, level);
        disk.Mark(new Answered(key, result.Sequence, result.Results[0].Status));
        return result;
    }

    public async Task PlainAsync(string id)
    {
        WriteResult result = await store.PutAsync(id, $"\"plain {id}\"", level: DurabilityLevel.Durable);
        disk.Mark(new Plain(id, result.Sequence));
    }

    /// <summary>Sends again whatever was sent, twice. Null, or what was done twice, lost, or told in another way than before.</summary>
    public static async Task<string?> RepeatAllAsync(DocumentStore store, IReadOnlyList<object> notes, Dictionary<string, long> known)
    {
        foreach (Sent sent in notes.OfType<Sent>())
        {
            Answered? answered = notes.OfType<Answered>().LastOrDefault(answer => answer.Key == sent.Key);
            CommitResult first = await CommitAsync(store, sent, DurabilityLevel.Durable);
            CommitResult second = await CommitAsync(store, sent, DurabilityLevel.Durable);
            if (answered is not null && (first.Replayed is null || first.Sequence != answered.Sequence || first.Results[0].Status != answered.Status))
            {
                return $"{sent.Key} was answered with commit {answered.Sequence} ({answered.Status}) and now with {first.Sequence} ({first.Results[0].Status}, {(first.Replayed is null ? "carried out again" : "replayed")})";
            }

            if (known.TryGetValue(sent.Key, out long before) && before != first.Sequence)
            {
                return $"{sent.Key} was commit {before} and is {first.Sequence} after another cut";
            }

            if (second.Replayed is null || second.Sequence != first.Sequence || second.Results[0].Status != first.Results[0].Status)
            {
                return $"{sent.Key} is {first.Sequence} and, sent again at once, {second.Sequence}";
            }

            known[sent.Key] = first.Sequence;
        }

        return await FindOverwrittenAsync(store, notes);
    }

    /// <summary>A write without a key stands, unless a request that was sent after it has written its document.</summary>
    private static async Task<string?> FindOverwrittenAsync(DocumentStore store, IReadOnlyList<object> notes)
    {
        for (int index = 0; index < notes.Count; index++)
        {
            if (notes[index] is Plain plain && !notes.Skip(index).Any(note => note is Sent sent && sent.Id == plain.Id) && !notes.Skip(index + 1).Any(note => note is Plain later && later.Id == plain.Id)
                && await store.ReadInfoAsync(DocumentKey.Create(plain.Id), default) is var info && info?.Version != plain.Sequence)
            {
                return $"{plain.Id} was written by commit {plain.Sequence} and has version {info?.Version}: an earlier request was carried out again";
            }
        }

        return null;
    }

    private static Task<CommitResult> CommitAsync(DocumentStore store, Sent sent, DurabilityLevel level)
    {
        var key = DocumentKey.Create(sent.Id);
        DocumentOperation operation = sent.Bytes == 0
            ? new DeleteOperation(key, default) { IgnoresConditionsWhenAbsent = true }
            : new PutOperation(key, TestDocuments.Content($"\"{sent.Key}{new string('x', sent.Bytes)}\""), default);
        return store.CommitAsync([operation], level, new IdempotentRequest(RequestKey.Of("anonymous", sent.Key), operation.Key.Digest), default).AsTask();
    }
}
