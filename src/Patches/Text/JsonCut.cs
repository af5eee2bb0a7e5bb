namespace DocService.Patches.Text;

/// <summary>What is taken out of a document's text with a value: its name, its comma, and the white space before both.</summary>
internal static class JsonCut
{
    private static ReadOnlySpan<byte> WhiteSpace => " \t\r\n"u8;

    /// <param name="json">The document.</param>
    /// <param name="place">Of a value that is there, in a container.</param>
    public static (int Start, int End) Of(ReadOnlySpan<byte> json, JsonPlace place)
    {
        if (!place.IsFirst)
        {
            return (place.Before, place.End); // what stands behind it stands behind the one before it then
        }

        int next = place.End + json[place.End..].IndexOfAnyExcept(WhiteSpace);
        return (place.Before, json[next] == ',' ? next + 1 : place.End);
    }
}
