using System.Text;

namespace DocService.Index.Declared;

/// <summary>Key of a word: its UTF-8, then 0, so that no word's key is the beginning of another's. No word holds a 0.</summary>
internal static class WordKey
{
    public static byte[] Of(string word) => [.. Encoding.UTF8.GetBytes(word), 0];

    /// <summary>What the keys of all words begin with that begin so.</summary>
    public static byte[] Beginning(string word) => Encoding.UTF8.GetBytes(word);
}
