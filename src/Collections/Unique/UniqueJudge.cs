using DocService.Index;

namespace DocService.Collections.Unique;

/// <summary>Judges whether a commit leaves two documents with one value.</summary>
/// <remarks>
/// Thread: the write's, under the locks of its documents and of the values that it takes. Nobody else takes one of these
/// values meanwhile, so what is found here still holds when the commit is published.
/// </remarks>
internal sealed class UniqueJudge(IUniqueEntries entries, UniqueOverlay overlay)
{
    /// <summary>Why the index cannot be asked at present; else null, and the operations that take a value of another document are refused.</summary>
    /// <param name="draft">Gets the refusals.</param>
    /// <param name="claims">Of the operations that write, by their number; none for one that takes nothing.</param>
    public IndexUnavailableViolation? Judge(CommitDraft draft, IReadOnlyDictionary<int, UniqueClaims> claims)
    {
        if (claims.Values.All(claim => claim.Claims.Count == 0))
        {
            return null;
        }

        // In this order. An entry moves from the overlay to the index. Looked at the other way round, one that moves in
        // between would be seen in neither.
        OverlayView published = overlay.Look(entries.Position);
        try
        {
            using IUniqueSnapshot? indexed = entries.TryRead();
            if (indexed is null)
            {
                return Unavailable();
            }

            if (indexed.AsOf < published.CompleteFrom)
            {
                return new IndexUnavailableViolation(IsFailed: false, "The index has not read the latest commits yet, so unique values cannot be judged.");
            }

            Judge(draft, claims, published, indexed);
            return null;
        }
        catch (IndexClosedException)
        {
            return Unavailable();
        }
        catch (IndexFailedException)
        {
            return Unavailable();
        }
    }

    private static void Judge(CommitDraft draft, IReadOnlyDictionary<int, UniqueClaims> claims, OverlayView published, IUniqueSnapshot indexed)
    {
        HashSet<string> written = [.. draft.Operations.Where(one => one.Writes).Select(one => one.Operation.Key.Id)];
        var taken = new Dictionary<Sha256Digest, int>();
        foreach ((int number, UniqueClaims of) in claims)
        {
            foreach (UniqueClaim claim in of.Claims)
            {
                string? other = FindHolder(claim, written, published, indexed);
                if (!taken.TryAdd(claim.Value, number) && taken[claim.Value] != number)
                {
                    int twin = taken[claim.Value];
                    other ??= draft.Operations[twin].Operation.Key.Id;
                    draft.Refuse(twin, ViolationOf(draft, twin, of, claim, claims[twin].Claims.First(one => one.Value == claim.Value), draft.Operations[number].Operation.Key.Id));
                }

                if (other is not null)
                {
                    draft.Refuse(number, ViolationOf(draft, number, of, claim, claim, other));
                }
            }
        }
    }

    /// <summary>Another document that has the value in the state before the commit and is not written by it.</summary>
    private static string? FindHolder(UniqueClaim claim, HashSet<string> written, OverlayView published, IUniqueSnapshot indexed)
    {
        if (published.Values.TryGetValue(claim.Value, out OverlayEntry? entry) && !written.Contains(entry.Key.Id))
        {
            return entry.Key.Id;
        }

        // Of a document that has been written since, the overlay has told all.
        return indexed.Holders(claim).FirstOrDefault(id => !written.Contains(id)
            && !(published.Documents.TryGetValue(DocumentKey.Create(id), out OverlayEntry? newer) && newer.Covers(claim.Index)));
    }

    private static UniqueViolation ViolationOf(CommitDraft draft, int number, UniqueClaims of, UniqueClaim claim, UniqueClaim own, string otherId) =>
        new(of.Collection.Name, claim.Index.Name, own.TextIn(((PutOperation)draft.Operations[number].Operation).Content.Body.Span), otherId);

    private IndexUnavailableViolation Unavailable() => entries.IsFailed
        ? new IndexUnavailableViolation(IsFailed: true, "The index has failed, so unique values cannot be judged.")
        : new IndexUnavailableViolation(IsFailed: false, "The index is being built, so unique values cannot be judged yet.");
}
