namespace DocService.Api.Configuration;

/// <summary>A prefix of all paths, such as <c>/store</c>, under which a reverse proxy shows this server.</summary>
internal static class PathPrefix
{
    public const string Rule = "must be empty, or '/' and a name, or several of those, like /store or /apps/store: letters, digits, '-', '.', '_' and '~'";

    /// <summary>
    /// Whether a text is a prefix or empty. It is strict because the prefix is written into links and Location: a path
    /// such as <c>//example.com</c> would lead to another host.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] != '/')
        {
            return false;
        }

        foreach (Range range in text[1..].Split('/'))
        {
            ReadOnlySpan<char> segment = text[1..][range];
            if (segment is "" or "." or ".." || !IsUnreserved(segment))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsUnreserved(ReadOnlySpan<char> segment)
    {
        foreach (char character in segment)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '.' or '_' or '~'))
            {
                return false;
            }
        }

        return true;
    }
}
