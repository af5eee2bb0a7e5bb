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
    /// <param name="claims">Of the operations that write, by their number; null for one that takes nothing.</param>
    public IndexUnavailableViolation? Judge(CommitDraft draft, UniqueClaims?[] claims)
    {
        if (Array.TrueForAll(claims, static of => of is null))
        {
            return null;
        }

        // In this order. An entry moves from the overlay to the index. Looked at the other way round, one that moves in
        // between would be seen in neither.
        using OverlayLook published = overlay.Look(entries.Position);
        try
        {
            using IUniqueSnapshot? indexed = entries.TryRead();
            if (indexed is null)
            {
                return Unavailable();
            }

            List<(int Number, UniqueViolation Violation)> found = Find(draft, claims, published, indexed);
            if (indexed.AsOf < published.CompleteFrom())
            {
                return Building("The index has not read the latest commits yet, so unique values cannot be judged.");
            }

            found.ForEach(one => draft.Refuse(one.Number, one.Violation));
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

    private static List<(int Number, UniqueViolation Violation)> Find(CommitDraft draft, UniqueClaims?[] claims, OverlayLook published, IUniqueSnapshot indexed)
    {
        var found = new List<(int Number, UniqueViolation Violation)>();
        var written = new WrittenIds(draft);
        Dictionary<Sha256Digest, int>? taken = claims.Length == 1 ? null : [];
        for (int number = 0; number < claims.Length; number++)
        {
            foreach (UniqueClaim claim in claims[number]?.Claims ?? [])
            {
                string? other = FindHolder(claim, draft.Now, written, published, indexed);
                if (taken is not null && !taken.TryAdd(claim.Value, number) && taken[claim.Value] is var twin && twin != number)
                {
                    other ??= draft.Operations[twin].Operation.Key.Id;
                    UniqueClaim twins = claims[twin]!.Claims.First(one => one.Value == claim.Value);
                    found.Add((twin, ViolationOf(draft, twin, claims[twin]!, twins, draft.Operations[number].Operation.Key.Id)));
                }

                if (other is not null)
                {
                    found.Add((number, ViolationOf(draft, number, claims[number]!, claim, other)));
                }
            }
        }

        return found;
    }

    /// <summary>Another document that has the value, and has not ended, in the state before the commit and is not written by it.</summary>
    private static string? FindHolder(UniqueClaim claim, DateTimeOffset moment, WrittenIds written, OverlayLook published, IUniqueSnapshot indexed)
    {
        if (published.FindHolder(claim.Value) is { } entry && !entry.HasEnded(moment) && !written.Contain(entry.Key.Id))
        {
            return entry.Key.Id;
        }

        foreach (string id in indexed.Holders(claim, moment))
        {
            // Of a document that has been written since, the overlay has told all.
            if (!written.Contain(id) && published.FindNewest(DocumentKey.Create(id))?.Covers(claim.Index) != true)
            {
                return id;
            }
        }

        return null;
    }

    private static UniqueViolation ViolationOf(CommitDraft draft, int number, UniqueClaims of, UniqueClaim claim, string otherId) =>
        new(of.CollectionName, of.CollectionPrefix, claim.Index.Name, claim.TextIn(((PutOperation)draft.Operations[number].Operation).Content.Body.Span), otherId);

    private IndexUnavailableViolation Unavailable() => entries.IsFailed
        ? new IndexUnavailableViolation(IsFailed: true, "The index has failed, so unique values cannot be judged.")
        : Building("The index is being built, so unique values cannot be judged yet.");

    private IndexUnavailableViolation Building(string reason)
    {
        (long done, long total) = entries.Progress;
        return new IndexUnavailableViolation(IsFailed: false, reason) { Done = done, Total = total };
    }

    /// <summary>The ids that a commit writes. Most commits write one, and most are never asked for.</summary>
    private sealed class WrittenIds(CommitDraft draft)
    {
        private HashSet<string>? _ids;

        public bool Contain(string id)
        {
            _ids ??= [.. draft.Operations.Where(one => one.Writes).Select(one => one.Operation.Key.Id)];
            return _ids.Contains(id);
        }
    }
}
