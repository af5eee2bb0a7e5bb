using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Journal.Segments;

/// <summary>
/// An empty file whose name says which segment was begun last. Without it nothing outside the newest segment would show
/// that the segment existed. Its loss would look like an earlier end of the log.
/// </summary>
/// <remarks>
/// Owns: the mark. Thread: the one that begins segments.
/// The mark is moved after the sync that made the segment's name durable. It is not synced itself, so no write waits for
/// it. It may lag behind, and is never ahead. On failure only this notice is lost.
/// </remarks>
internal sealed class NewestMark(IDirectory directory)
{
    private const string Prefix = "newest-";

    private string? _name;

    /// <summary>The highest number of a mark among the names; 0 if there is none.</summary>
    public static long Find(IEnumerable<string> names) => names.Max(Parse) ?? 0;

    public static string NameOf(long number) => Prefix + number.ToString("D8", CultureInfo.InvariantCulture);

    public static bool IsMark(string name) => Parse(name) is not null;

    /// <summary>Takes up the mark of the last run. At open, once.</summary>
    public void TakeUp(IEnumerable<string> names) => _name = names.Where(IsMark).MaxBy(Parse);

    /// <summary>The segment is durable under its name.</summary>
    public void Note(long number)
    {
        try
        {
            string name = NameOf(number);
            if (_name is null)
            {
                directory.Create(name).Dispose();
            }
            else if (name != _name)
            {
                directory.Rename(_name, directory, name);
            }

            _name = name;
        }
        catch (FileSystemException)
        {
            // No inode for it, or somebody has removed it: the next segment tries again from nothing.
            _name = null;
        }
        catch (OutOfMemoryException)
        {
            // The mark is one segment behind, and the next segment moves it.
        }
    }

    private static long? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
