using DocService.Storage;

namespace DocService.Api.Keys;

/// <summary>What a key may: each right for the ids that begin with one of its prefixes. Immutable.</summary>
/// <remarks>A prefix ends with <c>/</c>, so that <c>notes/</c> never opens <c>notes-of-others</c>. The empty one is the whole store.</remarks>
internal sealed class KeyRights
{
    /// <summary>How the whole store is written; no prefix, because it does not end with a slash.</summary>
    public const string WholeStore = "*";

    /// <summary>Prefixes of one right. A judgement looks at each.</summary>
    public const int PrefixesMax = 100;

    /// <summary>For messages.</summary>
    public const string Rule = "A prefix is the beginning of an id and ends with '/', or is '*' for the whole store";

    public static readonly IReadOnlyList<string> Names = ["read", "write", "operate"];

    private readonly string[][] _prefixes;

    private KeyRights(string[][] prefixes) => _prefixes = prefixes;

    /// <summary>Every right for the whole store.</summary>
    public static KeyRights All { get; } = new([[""], [""], [""]]);

    public static KeyRights None { get; } = new([[], [], []]);

    /// <summary>Whether all ids that begin so are within the right: an id is its own beginning.</summary>
    public bool Cover(Right right, ReadOnlySpan<char> beginning)
    {
        foreach (string prefix in _prefixes[(int)right])
        {
            if (beginning.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the right is for anything at all.</summary>
    public bool Have(Right right) => _prefixes[(int)right].Length > 0;

    /// <summary>As they were said: <c>{"read":["notes/"],"write":["*"]}</c>, without the rights that there are not.</summary>
    public SortedDictionary<string, string[]> ToNames()
    {
        var named = new SortedDictionary<string, string[]>(StringComparer.Ordinal);
        foreach ((int right, string name) in Names.Index())
        {
            if (_prefixes[right].Length > 0)
            {
                named.Add(name, [.. _prefixes[right].Select(static prefix => prefix.Length == 0 ? WholeStore : prefix)]);
            }
        }

        return named;
    }

    /// <summary>For messages: the prefixes that the right is for.</summary>
    public string Describe(Right right) => _prefixes[(int)right] switch
    {
        [] => "for nothing",
        [""] => "for the whole store",
        var prefixes => "for ids that begin with " + string.Join(" or ", prefixes.Select(static prefix => $"'{prefix}'")),
    };

    /// <param name="named">Prefixes by the name of their right.</param>
    /// <param name="rights">Null where there is a fault.</param>
    /// <returns>What is wrong with them, in a sentence; null when nothing is.</returns>
    public static string? TryCreate(IReadOnlyDictionary<string, string[]> named, out KeyRights? rights)
    {
        rights = null;
        string[][] prefixes = [[], [], []];
        foreach ((string name, string[] said) in named)
        {
            int right = Names.ToList().IndexOf(name);
            if (right < 0)
            {
                return $"'{name}' is no right. Rights are {string.Join(", ", Names)}.";
            }

            if (said is null || said.Length is 0 or > PrefixesMax)
            {
                return $"The right '{name}' is for 1 to {PrefixesMax} prefixes.";
            }

            if (Array.FindIndex(said, static prefix => !IsPrefix(prefix)) is >= 0 and var wrong)
            {
                return $"{Rule}; '{said[wrong]}' is neither.";
            }

            prefixes[right] = said.Contains(WholeStore) ? [""] : [.. said.Distinct(StringComparer.Ordinal)];
        }

        if (prefixes.All(static of => of.Length == 0))
        {
            return $"A key has at least one right: {string.Join(", ", Names)}.";
        }

        rights = new KeyRights(prefixes);
        return null;
    }

    private static bool IsPrefix(string? prefix) =>
        prefix is WholeStore || (prefix is not null && prefix.EndsWith('/') && DocumentKey.TryCreate(prefix, out _, out _));
}
