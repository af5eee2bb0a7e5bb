namespace DocService.Queries.Paths;

/// <param name="Name">A member's name in UTF-8.</param>
/// <param name="Index">The element's number where the name is one, digits without a leading zero; else -1.</param>
internal readonly record struct PathSegment(byte[] Name, int Index)
{
    /// <summary>More digits can be no index of an array: documents are smaller.</summary>
    private const int IndexDigitsMax = 9;

    public static PathSegment Of(ReadOnlySpan<char> text)
    {
        byte[] name = new byte[System.Text.Encoding.UTF8.GetByteCount(text)];
        System.Text.Encoding.UTF8.GetBytes(text, name);
        bool isIndex = text.Length is > 0 and <= IndexDigitsMax
            && !text.ContainsAnyExceptInRange('0', '9')
            && (text.Length == 1 || text[0] != '0');
        return new PathSegment(name, isIndex ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : -1);
    }
}
