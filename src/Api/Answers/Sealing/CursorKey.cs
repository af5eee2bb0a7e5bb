using System.Security.Cryptography;
using System.Text.Json;
using DocService.Storage;

namespace DocService.Api.Answers.Sealing;

/// <summary>The key that cursors are sealed with: a hidden document, made when the first cursor is given.</summary>
/// <remarks>
/// Owns: the key, once it is known. Thread: any.
/// On failure: a store that takes no writes cannot keep a new key; then one is used that lives as long as the process.
/// </remarks>
internal sealed class CursorKey(IDocumentStore store, ILogger<CursorKey> logger)
{
    public const int Bytes = 32;

    private const string Name = "cursor-key";

    private static readonly DocumentKey Document = DocumentKey.CreateHidden(Name);

    private readonly byte[] _passing = RandomNumberGenerator.GetBytes(Bytes);
    private byte[]? _kept;

    /// <summary>The key that is kept, or that is made now.</summary>
    public async ValueTask<byte[]> GetOrMakeAsync(CancellationToken cancellation)
    {
        try
        {
            return _kept ??= await ReadAsync(cancellation) ?? await MakeAsync(cancellation);
        }
        catch (StoreException exception) when (exception is not StoreClosedException)
        {
            logger.LogWarning("No key for cursors could be kept, so those that are given now end with this process: {Reason}", exception.Message);
            return _passing;
        }
    }

    /// <summary>Keys that a cursor may have been sealed with.</summary>
    public async ValueTask<byte[][]> GetAsync(CancellationToken cancellation) =>
        (_kept ??= await ReadAsync(cancellation)) is { } kept ? [kept, _passing] : [_passing];

    private async ValueTask<byte[]?> ReadAsync(CancellationToken cancellation)
    {
        using StoredDocument? document = await store.ReadAsync(Document, budget: null, cancellation);
        return document is null ? null : JsonSerializer.Deserialize<byte[]>(document.Body.Span);
    }

    /// <summary>Of several that are made at once one is kept.</summary>
    private async ValueTask<byte[]> MakeAsync(CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(RandomNumberGenerator.GetBytes(Bytes));
        var content = new DocumentContent(body, "application/json", Sha256Digest.Of(body));
        await store.PutAsync(Document, content, new Conditions { IfNoneMatch = VersionMatch.Any }, DurabilityLevel.Durable, cancellation);
        return await ReadAsync(cancellation) ?? throw new InvalidOperationException("The key that was kept is gone.");
    }
}
