using System.Text;
using DocService.Storage.Model;

namespace DocService.Storage.Requests;

/// <summary>A request's key together with its owner: nobody sees or meets another's keys.</summary>
public readonly record struct RequestKey
{
    private RequestKey(Sha256Digest digest) => Digest = digest;

    /// <summary>Stands for both in all tables and files. No document's id has it: what is hashed begins with U+0000.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>The key that a client gave to its request.</summary>
    /// <param name="owner">Who the client is; it stays the same when its secret changes.</param>
    /// <param name="key">As the client wrote it.</param>
    public static RequestKey Of(string owner, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new RequestKey(Sha256Digest.Of(Encoding.UTF8.GetBytes($"\0request\0{owner.Length}:{owner}{key}")));
    }
}

/// <summary>A request that is carried out once, however often it comes.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Fingerprint">Digest of all that makes it this request and no other.</param>
public sealed record IdempotentRequest(RequestKey Key, Sha256Digest Fingerprint);
