using System.Globalization;
using DocService.Storage;

namespace DocService.Api.Keys;

/// <summary>What is kept of a key. Immutable.</summary>
internal sealed record ApiKey
{
    public const int NameLengthMax = 100;

    private static readonly string[] MomentForms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd"];

    private const string MomentRule = "The end of a key is a moment as RFC 3339 writes it, such as 2027-01-31T12:00:00Z, or a day; it lies ahead.";
    private const string NameRule = "The name of a key is 1 to 100 characters, none of them a control character.";

    /// <summary>It stays when the secret is exchanged: what belongs to the key goes on belonging to it.</summary>
    public required string Id { get; init; }

    /// <summary>For people. Several keys may have the same.</summary>
    public required string Name { get; init; }

    public required KeyRights Rights { get; init; }

    /// <summary>Of the secret, which is kept nowhere.</summary>
    public required Sha256Digest Hash { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>From then on it opens nothing; null: it has no end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The last day on which it was used, UTC, where that has been written down.</summary>
    public DateOnly? LastUsed { get; init; }

    /// <summary>A moment as RFC 3339 writes it, to the second, or a day, which stands for its beginning (UTC).</summary>
    public static bool TryReadMoment(string? text, out DateTimeOffset moment) => DateTimeOffset.TryParseExact(
        text, MomentForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    /// <summary>What is wrong with a key that somebody asks for, in a sentence; null: nothing is.</summary>
    /// <param name="name">For people.</param>
    /// <param name="named">Prefixes by the names of rights.</param>
    /// <param name="end">A moment or a day; null: it has none.</param>
    /// <param name="now">The end lies behind it.</param>
    /// <param name="rights">What it may do.</param>
    /// <param name="expires">The end; null: it has none.</param>
    public static string? Judge(
        string? name, IReadOnlyDictionary<string, string[]> named, string? end, DateTimeOffset now, out KeyRights? rights, out DateTimeOffset? expires)
    {
        rights = null;
        expires = null;
        if (!IsName(name))
        {
            return NameRule;
        }

        if (KeyRights.TryCreate(named, out rights) is { } fault)
        {
            return fault;
        }

        if (end is not null)
        {
            if (!TryReadMoment(end, out DateTimeOffset moment) || moment <= now)
            {
                return MomentRule;
            }

            expires = moment;
        }

        return null;
    }

    public static bool IsName(string? name) => name is { Length: > 0 and <= NameLengthMax } && !name.Any(char.IsControl);
}
