using DocService.Collections;
using DocService.Storage.Rules;

namespace DocService.Api.Keys;

/// <summary>Who has sent a request, and what the request may do.</summary>
internal sealed class Caller(string owner, KeyRights rights, CancellationToken ended, string? name = null)
{
    /// <summary>Whose the requests are of clients that nobody has told apart.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>While there are no keys everybody may do everything.</summary>
    public static readonly Caller Anyone = new(Anonymous, KeyRights.All, CancellationToken.None);

    /// <summary>Without a key, while there are keys.</summary>
    public static readonly Caller Nobody = new(Anonymous, KeyRights.None, CancellationToken.None);

    /// <summary>Whose the requests are that have an Idempotency-Key: the key's id, which a new secret leaves as it is.</summary>
    public string Owner => owner;

    /// <summary>The key's name, for people; null where there is none.</summary>
    public string? Name => name;

    /// <summary>Whether it has shown a key.</summary>
    public bool IsKnown => owner != Anonymous;

    /// <summary>Is cancelled when the key is revoked, gets another secret, or expires.</summary>
    public CancellationToken Ended => ended;

    public KeyRights Rights => rights;

    /// <summary>Whether the right covers all ids that begin so; an id is its own beginning, and the empty text is the whole store.</summary>
    public bool May(Right right, ReadOnlySpan<char> beginning) => rights.Cover(right, beginning);

    /// <summary>Leaves out which other document has a unique value, unless the caller may read the whole collection.</summary>
    public RuleViolation Redact(RuleViolation violation) =>
        violation is UniqueViolation unique && !May(Right.Read, unique.Prefix) ? unique with { OtherId = null } : violation;

    /// <summary>Nobody has set one where there are no keys, and nothing is made then.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Anyone;
}
