using System.Diagnostics.CodeAnalysis;
using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Threading;

namespace DocService.Storage.Engine.Blocking;

/// <summary>
/// Why documents cannot be filed: one error in one directory, or a lack that every document may meet. Its documents are
/// tried in turn, some of them after each pause. As soon as one is filed, the next are tried without a pause. So what
/// trying costs depends on the number of obstacles, not of documents.
/// </summary>
/// <remarks>Owns: the order in which its documents are tried. Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock.</remarks>
/// <param name="shard">The directory, by <see cref="PlaceOf"/>; null where the reason is not of a directory.</param>
/// <param name="error">What came in the way.</param>
/// <param name="reason">The same for operators.</param>
/// <param name="clock">For the pauses.</param>
internal sealed class Obstacle(int? shard, Errno error, string reason, TimeProvider clock)
{
    /// <summary>
    /// Documents that are tried after a pause, and in one chunk. They leave half of their directory's temporary slots, and
    /// half of a chunk on a full disk, to the next operations. Otherwise no delete that makes room, and nothing behind the
    /// next document of that directory, would have its turn.
    /// </summary>
    public const int TriedTogether = DocumentFiles.TempSlots / 2;

    private readonly LinkedList<BlockedDocument> _documents = [];
    private TimeSpan _pause = Intervals.Moment;
    private int _taken; // since the last pause

    public int? Shard => shard;

    public Errno Error => error;

    public string Reason => reason;

    public int Count => _documents.Count;

    public bool IsOutOfSpace => error is Errno.ENOSPC or Errno.EDQUOT;

    /// <summary>When its documents are to be tried again.</summary>
    public long Due { get; private set; }

    /// <summary>Number of a directory: of its documents, and behind those of the versions that are kept.</summary>
    public static int PlaceOf(Sha256Digest document, bool isOfVersions) => DocumentPath.ShardOf(document) + (isOfVersions ? DocumentPath.Shards : 0);

    /// <summary>Its name below the data directory.</summary>
    public static string NameOf(int place) =>
        $"{(place < DocumentPath.Shards ? "docs" : VersionFiles.DirectoryName)}/{DocumentPath.ShardName(place % DocumentPath.Shards)}";

    /// <summary>Whether every document could meet it, whatever its directory.</summary>
    public static bool IsLack(Errno error) => error is Errno.ENOSPC or Errno.EDQUOT or Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM;

    /// <summary>Needs no memory.</summary>
    public void Add(BlockedDocument document)
    {
        if (_documents.Count == 0)
        {
            (_pause, _taken) = (Intervals.Moment, 0);
            Due = After(_pause);
        }

        _documents.AddLast(document.Place);
    }

    public void Remove(BlockedDocument document) => _documents.Remove(document.Place);

    /// <summary>One of its documents is filed: the others are tried at once.</summary>
    public void NoteFiled()
    {
        (_pause, _taken) = (Intervals.Moment, 0);
        Due = clock.GetTimestamp();
    }

    /// <summary>The next document to be tried; false during a pause. It has its next turn after all others.</summary>
    public bool TryTake([NotNullWhen(true)] out BlockedDocument? document)
    {
        document = Due <= clock.GetTimestamp() ? _documents.First?.Value : null;
        if (document is null)
        {
            return false;
        }

        _documents.RemoveFirst();
        _documents.AddLast(document.Place);
        if (++_taken >= Math.Min(TriedTogether, _documents.Count))
        {
            _taken = 0;
            _pause = _pause * 2 < Intervals.Retry ? _pause * 2 : Intervals.Retry;
            Due = After(_pause);
        }

        return true;
    }

    private long After(TimeSpan pause) => clock.GetTimestamp() + (long)(pause.TotalSeconds * clock.TimestampFrequency);
}
