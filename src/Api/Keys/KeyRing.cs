using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using DocService.Storage;

namespace DocService.Api.Keys;

/// <summary>All API keys. They are one hidden document, so a change of them is as durable and atomic as any write.</summary>
/// <remarks>
/// Owns: the keys in force. Thread: any; changes one after another.
/// Invariant: a new key is in force only when it is durable, and a revoked one is durably gone before the answer.
/// On failure: as the store; where it is not known whether a key is gone, it counts as gone.
/// </remarks>
internal sealed class KeyRing(IDocumentStore store, TimeProvider clock, ILogger<KeyRing> logger) : IDisposable
{
    public const int KeysMax = 1000;

    /// <summary>Of all keys as they are kept, in one document: prefixes can be long.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>For messages.</summary>
    public static readonly string Full = $"There are as many keys as there may be: {KeysMax}, or {BytesMax} bytes with all their prefixes.";

    private static readonly DocumentKey Document = DocumentKey.CreateHidden("api-keys");
    private static readonly byte[] NoHash = new byte[KeyToken.Bytes];

    private readonly SemaphoreSlim _changes = new(1, 1);
    private volatile Dictionary<string, HeldKey>? _keys;

    /// <summary>Whether requests need a key, or a token of a provider that the settings name. The first key ever made turns that on; it stays on when the last one is revoked.</summary>
    public bool IsOn => _keys is not null || TakesTokens;

    /// <summary>Whether tokens of a provider are taken beside keys.</summary>
    public bool TakesTokens { get; init; }

    /// <summary>Whether a key was ever made.</summary>
    public bool HasKeys => _keys is not null;

    public IReadOnlyList<ApiKey> All => [.. (_keys?.Values ?? Enumerable.Empty<HeldKey>()).Select(static held => held.Now).OrderBy(static key => key.Created).ThenBy(static key => key.Id, StringComparer.Ordinal)];

    /// <summary>Reads the keys of an earlier life, once. Before that no request may be taken.</summary>
    /// <exception cref="StoreConfigurationException">There are keys, and they cannot be read: nobody could be told apart.</exception>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        try
        {
            using StoredDocument? list = await store.ReadAsync(Document, cancellation);
            _keys = list is null ? null : KeyList.Read(list.Body.Span).ToDictionary(static key => key.Id, static key => new HeldKey(key), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is DocumentCorruptException or JsonException)
        {
            throw new StoreConfigurationException($"The API keys cannot be read, so nobody could be told apart: {exception.Message} 'docservice keys reset' forgets them all, so that new ones can be made.");
        }
    }

    /// <summary>Requests need a key from now on, and there is none: whether there are keys is not known.</summary>
    public void Close() => _keys ??= new Dictionary<string, HeldKey>(StringComparer.Ordinal);

    /// <summary>The key that a token opens; null where it opens nothing. An unknown id takes as long as a wrong secret.</summary>
    public HeldKey? Find(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[KeyToken.Bytes];
        if (_keys is not { } keys || !KeyToken.TryRead(token, out ReadOnlySpan<char> id, hash))
        {
            return null;
        }

        keys.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(id, out HeldKey? key);
        return CryptographicOperations.FixedTimeEquals(hash, key?.Hash ?? NoHash) && key?.IsOver(store.Time.Now) == false ? key : null;
    }

    /// <summary>Makes a key. Its token is told here and never again. A key that has ended while its asker waited makes no other.</summary>
    /// <returns>Null when there are as many keys as may be.</returns>
    /// <exception cref="OperationCanceledException">The asker's key has ended; nothing is made.</exception>
    /// <exception cref="StoreException">It is not made, or that is not known.</exception>
    public async Task<(ApiKey Key, string Token)?> AddAsync(string name, KeyRights rights, DateTimeOffset? expires, CancellationToken asker = default)
    {
        await _changes.WaitAsync(CancellationToken.None);
        try
        {
            asker.ThrowIfCancellationRequested();
            Dictionary<string, HeldKey> keys = Copy();
            if (keys.Count >= KeysMax)
            {
                return null;
            }

            string id = KeyToken.NewId();
            while (keys.ContainsKey(id))
            {
                id = KeyToken.NewId();
            }

            string token = KeyToken.Make(id, out byte[] hash);
            var key = new ApiKey { Id = id, Name = name, Rights = rights, Hash = new Sha256Digest(hash), Created = Now(), Expires = expires };
            keys.Add(id, new HeldKey(key));
            if (KeyList.Write(keys.Values.Select(static held => held.Now)).Length > BytesMax)
            {
                return null;
            }

            await WriteAsync(keys);
            return (key, token);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Ends a key; false where there is none of this id.</summary>
    /// <exception cref="StoreException">It is not revoked; or that is not known, and then it opens nothing until a restart tells.</exception>
    /// <exception cref="OperationCanceledException">The asker's key has ended; nothing is changed.</exception>
    public async Task<bool> RevokeAsync(string id, CancellationToken asker = default)
    {
        await _changes.WaitAsync(CancellationToken.None);
        try
        {
            asker.ThrowIfCancellationRequested();
            Dictionary<string, HeldKey> keys = Copy();
            if (!keys.Remove(id, out HeldKey? revoked))
            {
                return false;
            }

            await WriteAsync(keys, revoked);
            return true;
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Gives a key another secret, which is told here and never again; the one before ends. Null where there is none of this id.</summary>
    /// <exception cref="StoreException">It has the secret before; or that is not known, and then it opens nothing until a restart tells.</exception>
    /// <exception cref="OperationCanceledException">The asker's key has ended; nothing is changed.</exception>
    public async Task<(ApiKey Key, string Token)?> RotateAsync(string id, CancellationToken asker = default)
    {
        await _changes.WaitAsync(CancellationToken.None);
        try
        {
            asker.ThrowIfCancellationRequested();
            Dictionary<string, HeldKey> keys = Copy();
            if (!keys.TryGetValue(id, out HeldKey? before))
            {
                return null;
            }

            string token = KeyToken.Make(id, out byte[] hash);
            ApiKey key = before.Now with { Hash = new Sha256Digest(hash) };
            keys[id] = new HeldKey(key);
            await WriteAsync(keys, before);
            return (key, token);
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Forgets all keys, readable or not, of a store that no server uses.</summary>
    public async Task ResetAsync()
    {
        await _changes.WaitAsync();
        try
        {
            await WriteAsync(new Dictionary<string, HeldKey>(StringComparer.Ordinal));
        }
        finally
        {
            _changes.Release();
        }
    }

    /// <summary>Ends what keys have opened whose time is over.</summary>
    public void EndExpired()
    {
        DateTimeOffset now = store.Time.Now;
        foreach (HeldKey key in _keys?.Values.Where(key => key.Key.Expires <= now) ?? [])
        {
            key.End();
        }
    }

    /// <summary>Writes down which keys were used on another day than is written. At most one commit a day for each key; nothing waits for it.</summary>
    public async Task NoteUsesAsync()
    {
        await _changes.WaitAsync();
        try
        {
            if (_keys?.Values.Any(static key => key.WasUsedSince) == true)
            {
                (HeldKey Held, ApiKey Now)[] keys = [.. _keys.Values.Select(static key => (key, key.Now))];
                await PutAsync(keys.Select(static key => key.Now));
                foreach ((HeldKey held, ApiKey now) in keys)
                {
                    held.NoteWritten(now);
                }
            }
        }
#pragma warning disable CA1031 // The days of last use are a convenience: whatever it is, the next look tries again, and the server goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            logger.LogDebug("The last use of keys is not written down for now: {Reason}", exception.Message);
        }
        finally
        {
            _changes.Release();
        }
    }

    public void Dispose() => _changes.Dispose();

    private Dictionary<string, HeldKey> Copy() => new(_keys ?? [], StringComparer.Ordinal);

    private DateTimeOffset Now()
    {
        DateTimeOffset now = clock.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }

    /// <summary>Durable first, then in force.</summary>
    private async Task WriteAsync(Dictionary<string, HeldKey> keys, HeldKey? ended = null)
    {
        try
        {
            await PutAsync(keys.Values.Select(static key => key.Now));
        }
        catch (OutcomeUnknownException)
        {
            if (ended is not null)
            {
                _keys = keys; // rather closed than open, and no later write brings it back
                ended.End();
            }

            throw;
        }

        _keys = keys;
        ended?.End();
    }

    private async Task PutAsync(IEnumerable<ApiKey> keys)
    {
        byte[] json = KeyList.Write(keys);
        var content = new DocumentContent(json, "application/json", Sha256Digest.Of(json));
        WriteResult result = await store.PutAsync(Document, content, Conditions.None, DurabilityLevel.Durable, CancellationToken.None);
        if (result.Status is not (WriteStatus.Created or WriteStatus.Replaced))
        {
            throw new UnreachableException($"The put of the keys ended as {result.Status}.");
        }
    }
}
