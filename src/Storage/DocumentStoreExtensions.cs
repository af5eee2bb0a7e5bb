namespace DocService.Storage;

/// <summary>Writes of one document, and reads without a budget.</summary>
public static class DocumentStoreExtensions
{
    /// <summary>As <see cref="IDocumentStore.ReadAsync"/>, charged to no budget.</summary>
    public static ValueTask<StoredDocument?> ReadAsync(this IDocumentStore store, DocumentKey key, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.ReadAsync(key, budget: null, cancellation);
    }

    /// <summary>Creates or replaces a document if the conditions hold; otherwise as <see cref="IDocumentStore.CommitAsync(IReadOnlyList{DocumentOperation}, DurabilityLevel, CancellationToken)"/>.</summary>
    /// <returns>
    /// <see cref="WriteStatus.Created"/>, <see cref="WriteStatus.Replaced"/>, <see cref="WriteStatus.ConditionFailed"/> or
    /// <see cref="WriteStatus.Refused"/>.
    /// </returns>
    public static async ValueTask<WriteResult> PutAsync(
        this IDocumentStore store, DocumentKey key, DocumentContent content, Conditions conditions, DurabilityLevel level, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        CommitResult result = await store.CommitAsync([new PutOperation(key, content, conditions)], level, cancellation).ConfigureAwait(false);
        return result.Results[0];
    }

    /// <summary>Removes a document if the conditions hold; conditions are ignored when there is none. Otherwise as a put.</summary>
    /// <returns>
    /// <see cref="WriteStatus.Deleted"/>, <see cref="WriteStatus.NotFound"/>, <see cref="WriteStatus.ConditionFailed"/> or
    /// <see cref="WriteStatus.Refused"/>.
    /// </returns>
    public static async ValueTask<WriteResult> DeleteAsync(
        this IDocumentStore store, DocumentKey key, Conditions conditions, DurabilityLevel level, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        var operation = new DeleteOperation(key, conditions) { IgnoresConditionsWhenAbsent = true };
        CommitResult result = await store.CommitAsync([operation], level, cancellation).ConfigureAwait(false);
        return result.Results[0];
    }
}
