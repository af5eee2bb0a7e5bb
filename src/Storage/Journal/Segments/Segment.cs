using System.Globalization;
using DocService.Storage.Io;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Journal.Segments;

/// <summary>One journal file under its final name.</summary>
/// <remarks>
/// Owns: the open file, and the count of those who read from it. Thread: the journal's thread appends; anyone reads
/// between a successful <see cref="TryHold"/> and its <see cref="LetGo"/>.
/// Invariant: a retired segment is not recycled or unlinked while somebody reads from it.
/// </remarks>
internal sealed class Segment(SegmentHeader header, IFile file) : IDisposable
{
    private const string Extension = ".journal";

    private readonly Lock _gate = new();
    private int _readers;
    private bool _isRetired;
    private Action<Segment>? _idle;

    public SegmentHeader Header { get; } = header;

    public IFile File { get; } = file;

    public string Name { get; } = NameOf(header.Number);

    /// <summary>Where the next group goes. Block-aligned.</summary>
    public long Position { get; set; } = JournalFormat.BlockBytes;

    /// <summary>The highest sequence that is in it, or could be. Everything above belongs to later segments.</summary>
    public long LastSequence { get; set; } = header.StartsAfter;

    /// <summary>The next one in <see cref="SegmentKeeper"/>'s list of released segments, which must not need memory.</summary>
    public Segment? NextReleased { get; set; }

    public static string NameOf(long number) => number.ToString("D8", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The number in a final name, or null.</summary>
    public static long? TryParseName(string name) =>
        name.EndsWith(Extension, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && NameOf(number) == name
            ? number
            : null;

    /// <summary>Keeps the segment from being recycled; false when it already may be: look the document up again.</summary>
    public bool TryHold()
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            _readers++;
            return true;
        }
    }

    public void LetGo()
    {
        Action<Segment>? idle = null;
        lock (_gate)
        {
            _readers--;
            if (_readers == 0 && _isRetired)
            {
                idle = _idle;
            }
        }

        idle?.Invoke(this);
    }

    /// <summary>Admits no more readers; the action runs once, when the last has left, perhaps now.</summary>
    public void Retire(Action<Segment> idle)
    {
        lock (_gate)
        {
            _isRetired = true;
            _idle = idle;
            if (_readers > 0)
            {
                return;
            }
        }

        idle(this);
    }

    public void Dispose() => this.File.Dispose();
}
