using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DocService.Storage.Engine.Caching;
using DocService.Storage.Engine.Locks;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Versions;

/// <summary>The newest versions that are only in the journal, by document. A version that is not here is in its file.</summary>
/// <remarks>
/// Owns: the versions. They are plain values in tables and hold no references, so a burst gives the garbage collector
/// nothing to look through and nothing to move (bench/README.md). Thread: the journal's adds, the filer removes, anyone
/// reads; each under its stripe's lock, for as long as a look into a table takes.
/// Invariants: a version is added before its sync, and is invisible until <see cref="Watermarks.DurableThrough"/> reaches
/// it. A document has at most one unpublished version (the writer lock). Until that is published, the published version
/// before it is kept. A version is removed only when it, or a later one, is filed and its directory synced.
/// </remarks>
internal sealed class Pending
{
    /// <summary>Room that is kept when nothing is pending: of this many versions with some 150 bytes.</summary>
    public const int Kept = TableSizes.DocumentsMax / 2;

    private const int StripeCount = DigestLocks.StripeCount;

    /// <summary>With many documents, the fullest of 64 stripes has a twentieth more than its part.</summary>
    private const int Slack = 20;

    private readonly Watermarks _marks;
    private readonly Stripe[] _stripes;
    private int _count;

    /// <param name="marks">What is published.</param>
    /// <param name="expected">Versions that recovery is about to add: they get their room at once.</param>
    public Pending(Watermarks marks, int expected = 0)
    {
        _marks = marks;
        _stripes = [.. Enumerable.Range(0, StripeCount).Select(_ => new Stripe(expected / StripeCount + (expected / StripeCount / Slack)))];
    }

    /// <summary>Documents.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Published versions that are kept because the next version is not published yet. The count is of this moment.</summary>
    public int FollowedCount => _stripes.Sum(stripe => stripe.Followed.Count);

    /// <summary>How many documents fit without more memory. The count is of this moment.</summary>
    public int Room => _stripes.Sum(stripe => stripe.Newest.Capacity);

    /// <summary>The newest published version; false when there is none: then the file has it, or there is no document.</summary>
    public bool TryFind(Sha256Digest document, out PendingVersion version)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            return stripe.Newest.TryGetValue(document, out version)
                && (version.Version <= _marks.DurableThrough || stripe.Followed.TryGetValue(document, out version));
        }
    }

    /// <summary>Whether any version of the document is here, published or not.</summary>
    public bool Contains(Sha256Digest document)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            return stripe.Newest.ContainsKey(document);
        }
    }

    /// <summary>A version of the document is about to be added: takes the memory that needs, so that it cannot fail.</summary>
    /// <exception cref="OutOfMemoryException">There is none.</exception>
    public void Expect(Sha256Digest document)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            stripe.Expected++;
            MakeRoom(stripe.Newest, stripe.Expected);
            MakeRoom(stripe.Followed, stripe.Expected);
        }
    }

    /// <summary>Nothing is expected any more.</summary>
    public void ForgetExpected()
    {
        foreach (Stripe stripe in _stripes)
        {
            if (stripe.Expected > 0)
            {
                lock (stripe.Gate)
                {
                    stripe.Expected = 0;
                }
            }
        }
    }

    /// <summary>Adds a version that is not yet published, or, in recovery, one that is.</summary>
    public void Add(Sha256Digest document, in PendingVersion version)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            stripe.Expected = Math.Max(0, stripe.Expected - 1);
            ref PendingVersion newest = ref CollectionsMarshal.GetValueRefOrAddDefault(stripe.Newest, document, out bool exists);
            if (!exists)
            {
                newest = version;
                Interlocked.Increment(ref _count);
                return;
            }

            if (version.Version > _marks.DurableThrough)
            {
                stripe.Followed[document] = newest;
            }

            newest = version with { KeepsEvidence = version.KeepsEvidence || newest.KeepsEvidence };
        }
    }

    /// <summary>The document's newest version has been published, so the one before it is not needed any more.</summary>
    public void NotePublished(Sha256Digest document)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            stripe.Followed.Remove(document);
        }
    }

    /// <summary>A copy of the version's record is published: it is read from there from now on. Does nothing if the version is filed, or has been replaced. Needs no memory.</summary>
    public void NoteCarried(Sha256Digest document, long version, RecordLocator copy)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            ref PendingVersion newest = ref CollectionsMarshal.GetValueRefOrNullRef(stripe.Newest, document);
            if (!Unsafe.IsNullRef(ref newest) && newest.Version == version)
            {
                newest = newest with { Locator = copy };
            }
        }
    }

    /// <summary>The version is filed. Does nothing if a newer one has taken its place, except that it forgets this one.</summary>
    public void Remove(Sha256Digest document, long filed)
    {
        Stripe stripe = StripeOf(document);
        lock (stripe.Gate)
        {
            if (Has(stripe.Newest, document, filed))
            {
                stripe.Newest.Remove(document);
                Interlocked.Decrement(ref _count);
                if (stripe.Newest.Count == 0)
                {
                    stripe.GiveBackRoom();
                }
            }
            else if (Has(stripe.Followed, document, filed))
            {
                stripe.Followed.Remove(document);
            }
        }
    }

    /// <summary>After recovery, which expects a document for each operation: hot documents are fewer.</summary>
    public void GiveBackRoom()
    {
        foreach (Stripe stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                stripe.GiveBackRoom();
            }
        }
    }

    /// <summary>Grows as the table itself would: by steps that double it.</summary>
    private static void MakeRoom(Dictionary<Sha256Digest, PendingVersion> versions, int more)
    {
        if (versions.Count + more > versions.Capacity)
        {
            versions.EnsureCapacity(Math.Max(versions.Count + more, 2 * versions.Capacity));
        }
    }

    private static bool Has(Dictionary<Sha256Digest, PendingVersion> versions, Sha256Digest document, long version) =>
        versions.TryGetValue(document, out PendingVersion found) && found.Version == version;

    private Stripe StripeOf(Sha256Digest document) => _stripes[document.First & (StripeCount - 1)];

    /// <summary>The documents of some shards.</summary>
    private sealed class Stripe(int expected)
    {
        public Lock Gate { get; } = new();

        /// <summary>Versions that the journal's thread is about to add, and whose room is kept.</summary>
        public int Expected { get; set; }

        /// <summary>Of each document the newest version, published or not.</summary>
        public Dictionary<Sha256Digest, PendingVersion> Newest { get; } = new(expected);

        /// <summary>The published version before one that is not; of the group under way alone, so there are few.</summary>
        public Dictionary<Sha256Digest, PendingVersion> Followed { get; } = [];

        /// <summary>Gives back the memory of a large backlog.</summary>
        public void GiveBackRoom()
        {
            int needed = Math.Max(Newest.Count + Expected, Kept / StripeCount);
            if (Newest.Capacity <= 2 * needed)
            {
                return;
            }

            try
            {
                Newest.TrimExcess(needed);
            }
            catch (OutOfMemoryException)
            {
                // Giving memory back needs some first. It is tried again later.
            }
        }
    }
}
