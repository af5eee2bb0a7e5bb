using System.Diagnostics.CodeAnalysis;

namespace DocService.Collections.Definitions;

/// <summary>Names of collections and of their indexes: what needs no escape in a path.</summary>
public static class CollectionName
{
    public const int LengthMax = 100;

    /// <summary>For messages.</summary>
    public const string Rule = "1 to 100 letters, digits, '.', '-' and '_' of ASCII, beginning with a letter or digit";

    private const string HiddenPrefix = "collections/";

    public static bool IsValid([NotNullWhen(true)] string? name) =>
        name is { Length: > 0 and <= LengthMax } && char.IsAsciiLetterOrDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');

    /// <summary>The hidden document of a collection's definition.</summary>
    internal static DocumentKey KeyOf(string name) => DocumentKey.CreateHidden(HiddenPrefix + name);

    /// <summary>Null where the key is none of a definition.</summary>
    internal static string? Of(DocumentKey key) =>
        key.IsHidden && key.Id.AsSpan(1).StartsWith(HiddenPrefix, StringComparison.Ordinal) ? key.Id[(1 + HiddenPrefix.Length)..] : null;
}
