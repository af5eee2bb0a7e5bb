using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Journal.Segments;

/// <summary>
/// An empty file whose name says which segment was begun last. Without it nothing outside the newest segment would tell that
/// it ever existed, and its loss would pass for an older end of the log.
/// </summary>
/// <remarks>
/// Owns: the mark. Thread: whoever begins segments.
/// The mark is moved behind the sync that made the segment's name durable, and is not synced itself: it may lag, it is
/// never ahead, and no write waits for it. On failure nothing is lost but this notice.
/// </remarks>
internal sealed class NewestMark(IDirectory directory)
{
    private const string Prefix = "newest-";

    private string? _name;

    /// <summary>The highest number that a mark among the names tells; 0 where there is none.</summary>
    public static long Find(IEnumerable<string> names) => names.Max(Parse) ?? 0;

    public static bool IsMark(string name) => Parse(name) is not null;

    /// <summary>Takes up the mark of the last run. At open, once.</summary>
    public void TakeUp(IEnumerable<string> names) => _name = names.Where(IsMark).MaxBy(Parse);

    /// <summary>The segment is durable under its name.</summary>
    public void Note(long number)
    {
        string name = Prefix + number.ToString("D8", CultureInfo.InvariantCulture);
        if (name == _name)
        {
            return;
        }

        try
        {
            if (_name is null)
            {
                directory.Create(name).Dispose();
            }
            else
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
    }

    private static long? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : null;
}
