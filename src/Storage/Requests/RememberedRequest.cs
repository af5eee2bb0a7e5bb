using DocService.Storage.Model;

namespace DocService.Storage.Requests;

/// <summary>What a request with a key has done.</summary>
/// <param name="Sequence">Of its commit.</param>
/// <param name="Results">One for each operation, in their order.</param>
public sealed record RememberedRequest(long Sequence, IReadOnlyList<RememberedResult> Results);

/// <summary>What it has done to one document.</summary>
/// <param name="Key">Which.</param>
/// <param name="Status">One that is no failure.</param>
public readonly record struct RememberedResult(DocumentKey Key, WriteStatus Status)
{
    /// <summary>Whether it is the commit's sequence that is the document's version now.</summary>
    public bool HasVersion => Status is WriteStatus.Created or WriteStatus.Replaced;

    /// <summary>Whether the commit holds an operation for it.</summary>
    internal bool Writes => Status is WriteStatus.Created or WriteStatus.Replaced or WriteStatus.Deleted;
}

/// <summary>A request that has been found by its key.</summary>
/// <param name="Request">What it has done.</param>
/// <param name="Reached">How far it has come by now.</param>
public sealed record FoundRequest(RememberedRequest Request, DurabilityLevel Reached);
