using DocService.Storage.Clock;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Rules;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Support;

/// <summary>A store on a simulated disk whose documents end: those with an id <c>t/…</c> an hour after they are modified.</summary>
internal static class EndingStore
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    public static TestRule Rule => new()
    {
        Commit = draft =>
        {
            for (int index = 0; index < draft.Operations.Count; index++)
            {
                if (draft.Operations[index].Operation is PutOperation put && put.Key.Id.StartsWith("t/", StringComparison.Ordinal))
                {
                    draft.ExpireAfter(index, Life);
                }
            }
        },
    };

    public static DocumentStore Open(SimulatedFileSystem disk, TimeProvider clock, StoreOptions? options = null) =>
        DocumentStore.Open(disk, options ?? JournalTest.Sealing, clock, NullLoggerFactory.Instance, [Rule]);

    /// <summary>Notes the time in the store, as the server does once an hour.</summary>
    public static async Task<KnownTime> NoteTimeAsync(this DocumentStore store, KnownTime? before = null)
    {
        KnownTime known = store.Time.ToKnown(before ?? store.Time.Noted);
        await store.PutAsync(KnownTime.Key, TestDocuments.Content(known.ToJson()), Conditions.None, DurabilityLevel.Filed, default);
        return known;
    }

    public static async Task<WriteStatus> SweepAsync(this DocumentStore store, string id, long version) =>
        (await store.CommitAsync([new SweepOperation(DocumentKey.Create(id), version)], DurabilityLevel.Durable, default)).Results[0].Status;
}
