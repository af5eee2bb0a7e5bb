using System.Text;

namespace DocService.Api.Json;

/// <summary>The beginning of a text in a message. A client chooses how long its names are; a message repeats no more of one than a reader takes in.</summary>
internal static class Excerpt
{
    private const int CharactersMax = 60;
    private const int BytesMax = CharactersMax * 4; // as UTF-8 writes the longest characters

    /// <param name="text">Valid UTF-8.</param>
    public static string Of(ReadOnlySpan<byte> text)
    {
        // What is cut off inside a character lies behind those that are shown.
        string start = Encoding.UTF8.GetString(text[..Math.Min(text.Length, BytesMax)]);
        string shown = string.Concat(start.EnumerateRunes().Take(CharactersMax));
        return shown.Length < start.Length || text.Length > BytesMax ? shown + "…" : shown;
    }
}
