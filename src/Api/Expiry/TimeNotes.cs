using DocService.Index.Reading;
using DocService.Storage;
using DocService.Storage.Clock;

namespace DocService.Api.Expiry;

/// <summary>
/// Notes the store's time in the store, once an hour and as soon as it comes into doubt or out of it. So a restart tells a wrong
/// wall clock from a server that was off for a while, and does not take for right what was in doubt before.
/// </summary>
/// <remarks>
/// Owns: what was noted last. Thread: the start's, then the sweep's.
/// Invariant: nothing is noted before there is a document with an end, so other stores are not written to.
/// On failure: it is noted at the next look. A store that takes no writes is swept all the same, if it takes deletes.
/// </remarks>
internal sealed class TimeNotes(IDocumentStore store, ServedIndex index, ILogger<TimeNotes> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private KnownTime? _noted = store.Time.Noted;

    /// <summary>At the start: an operator has said that the wall clock is right, or it is to be told that it may be wrong.</summary>
    public async Task BeginAsync(bool isConfirmed, CancellationToken cancellation)
    {
        if (isConfirmed)
        {
            await TryConfirmAsync(cancellation);
        }
        else if (store.Time.IsInDoubt)
        {
            logger.LogWarning("{Doubt}", TimeDoubt.Of(store.Time));
        }
    }

    /// <summary>Notes what the store's time is, if it is time for that.</summary>
    public async Task NoteAsync(CancellationToken cancellation)
    {
        KnownTime now = store.Time.ToKnown(_noted);
        if (!IsDue(now) || (_noted is null && !await HasEndsAsync(cancellation)))
        {
            return;
        }

        try
        {
            await PutAsync(now, cancellation);
        }
        catch (StoreException exception)
        {
            logger.LogDebug("The store's time could not be noted; that is tried again in a minute. {Reason}", exception.Message);
        }
    }

    /// <summary>A note that is lost stays as it is: written over, it would be forgotten that the time is in doubt.</summary>
    private bool IsDue(KnownTime now) =>
        !store.Time.IsNoteLost
        && (_noted is null || now.Doubted != _noted.Doubted || now.Known - _noted.Known >= Interval || now.Known < _noted.Known);

    private async ValueTask<bool> HasEndsAsync(CancellationToken cancellation)
    {
        if (index.Followed is null)
        {
            return false;
        }

        using IndexReader reader = await index.Followed.OpenAsync(isEventual: true, cancellation);
        using EndedListing ends = reader.ListEnded(DateTimeOffset.MaxValue);
        return ends.MoveNext();
    }

    /// <summary>A store that takes no writes starts all the same; its next start asks again.</summary>
    private async Task TryConfirmAsync(CancellationToken cancellation)
    {
        try
        {
            await PutAsync(store.Time.ToKnown(before: null), cancellation);
            logger.LogWarning("The time is confirmed: documents end by the wall clock, which says {Now}", store.Time.Now.UtcDateTime);
        }
        catch (StoreException exception)
        {
            logger.LogWarning("The time is confirmed for this run only: it could not be noted. {Reason}", exception.Message);
        }
    }

    private async Task PutAsync(KnownTime known, CancellationToken cancellation)
    {
        byte[] body = known.ToJson();
        await store.PutAsync(KnownTime.Key, new DocumentContent(body, "application/json", Sha256Digest.Of(body)), Conditions.None, DurabilityLevel.Durable, cancellation);
        _noted = known;
    }
}
