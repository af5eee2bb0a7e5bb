using System.Text;
using DocService.Collections.Definitions;
using DocService.Index;
using DocService.Index.Reading;
using DocService.Queries.Planning;

namespace DocService.Collections.Unique;

/// <summary>The entries that the index of the store keeps.</summary>
internal sealed class IndexedEntries(IndexFollower index) : IUniqueEntries
{
    public long Position => index.Position;

    public bool IsFailed => index.Status.Stage == IndexStage.Waiting;

    public (long Done, long Total) Progress
    {
        get
        {
            IndexStatus status = index.Status;
            return (status.Done, status.Total);
        }
    }

    public IUniqueSnapshot? TryRead() => index.TryRead() is { } reader ? new Snapshot(reader) : null;

    private sealed class Snapshot(IndexReader reader) : IUniqueSnapshot
    {
        public long AsOf => reader.AsOf;

        public IEnumerable<string> Holders(UniqueClaim claim, DateTimeOffset moment)
        {
            if (reader.GetDeclared(claim.Index.Declared) is not { } state)
            {
                yield break; // declared a moment ago: nothing written since has been indexed
            }

            using EntryListing entries = reader.ListEntries(state, KeyRange.Point(claim.Key));
            while (entries.MoveNext())
            {
                if (entries.Digest.SequenceEqual(claim.Digest) && !reader.HasEnded(entries.IdUtf8, moment))
                {
                    yield return entries.Id;
                }
            }
        }

        public IReadOnlyList<DuplicatePair> FindDuplicates(CollectionIndex index, int pairsMax, CancellationToken cancellation)
        {
            var pairs = new List<DuplicatePair>();
            if (reader.GetDeclared(index.Declared) is not { } state)
            {
                return pairs;
            }

            string? before = null;
            byte[] digest = [];
            using EntryListing entries = reader.ListEntries(state, KeyRange.All);
            while (pairs.Count < pairsMax && entries.MoveNext())
            {
                cancellation.ThrowIfCancellationRequested();
                if (entries.Digest.IsEmpty)
                {
                    continue;
                }

                string id = entries.Id;
                if (before is not null && entries.Digest.SequenceEqual(digest))
                {
                    // To know whether one has ended costs its row, so it is asked only where two have the same value.
                    if (HasEnded(id))
                    {
                        continue;
                    }

                    if (!HasEnded(before))
                    {
                        pairs.Add(new DuplicatePair(before, id));
                    }
                }

                before = id;
                digest = entries.Digest.ToArray();
            }

            return pairs;
        }

        public void Dispose() => reader.Dispose();

        private bool HasEnded(string id) => reader.HasEnded(Encoding.UTF8.GetBytes(id), reader.Moment);
    }
}
