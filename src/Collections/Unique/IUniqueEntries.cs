using DocService.Collections.Definitions;

namespace DocService.Collections.Unique;

/// <summary>What the judge of unique values asks of the index.</summary>
internal interface IUniqueEntries
{
    /// <summary>Commits up to here are in every snapshot that is taken from now on.</summary>
    long Position { get; }

    /// <summary>The index failed, and is not built at present.</summary>
    bool IsFailed { get; }

    /// <summary>Documents that have been read, and that there are to read, while it is built.</summary>
    (long Done, long Total) Progress { get; }

    /// <summary>Null while it is not whole. Dispose it.</summary>
    IUniqueSnapshot? TryRead();
}

/// <summary>The entries as of one commit.</summary>
internal interface IUniqueSnapshot : IDisposable
{
    /// <summary>Every commit up to here is seen.</summary>
    long AsOf { get; }

    /// <summary>The ids of the documents that have this value and have not ended by the moment.</summary>
    IEnumerable<string> Holders(UniqueClaim claim, DateTimeOffset moment);

    /// <summary>Pairs of documents with one value, at most so many.</summary>
    IReadOnlyList<DuplicatePair> FindDuplicates(CollectionIndex index, int pairsMax, CancellationToken cancellation);
}
