namespace DocService.Approaches;

/// <summary>One way to find a user. Thread: any, many at once.</summary>
internal interface IUserLookup : IDisposable
{
    /// <summary>The user's JSON in UTF-8; null where there is none.</summary>
    ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation);

    /// <summary>The user's JSON in UTF-8; null where there is none.</summary>
    ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation);
}
