namespace DocService.Storage.Model;

/// <summary>What a snapshot may be called: a plain name of a directory, which no path can be made of.</summary>
public static class SnapshotName
{
    /// <summary>Longest name.</summary>
    public const int LengthMax = 64;

    /// <summary>The rule, for people.</summary>
    public const string Rule = "a name is 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', and begins with a letter or a digit";

    /// <summary>Whether a snapshot may have that name.</summary>
    public static bool IsValid(string? name) =>
        name is { Length: > 0 and <= LengthMax } && char.IsAsciiLetterOrDigit(name[0]) && name.All(static one => char.IsAsciiLetterOrDigit(one) || one is '.' or '_' or '-');
}
