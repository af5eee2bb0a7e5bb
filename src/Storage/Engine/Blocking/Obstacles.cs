using System.Diagnostics.CodeAnalysis;
using DocService.Storage.Clock;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Blocking;

/// <summary>All that is in the way of filing at present. There are few: by directory and error.</summary>
/// <remarks>Owns: the obstacles. Thread: its owner's (<see cref="BlockedDocuments"/>), under that one's lock.</remarks>
internal sealed class Obstacles(TimeProvider clock)
{
    private const int Told = 3;

    private readonly List<Obstacle> _all = [];

    /// <summary>Time until some documents are to be tried again; infinite when there are none.</summary>
    public TimeSpan UntilDue
    {
        get
        {
            long due = long.MaxValue;
            foreach (Obstacle obstacle in _all)
            {
                due = obstacle.Count > 0 ? Math.Min(due, obstacle.Due) : due;
            }

            if (due == long.MaxValue)
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan left = clock.GetElapsedTime(clock.GetTimestamp(), due);
            return left > TimeSpan.Zero ? Waits.NeverEarly(left) : TimeSpan.Zero;
        }
    }

    /// <summary>The one that this failure of a document in that directory shows.</summary>
    public Obstacle Of(int shard, Exception failure)
    {
        Errno error = failure is FileSystemException { Error: var known } ? known : Errno.ENOMEM;
        int? place = Obstacle.IsLack(error) ? null : shard;
        foreach (Obstacle obstacle in _all)
        {
            if (obstacle.Shard == place && obstacle.Error == error)
            {
                return obstacle;
            }
        }

        var found = new Obstacle(place, error, failure.Message, clock);
        _all.Add(found);
        return found;
    }

    /// <summary>Takes the document out; an obstacle without documents is none.</summary>
    public void Remove(BlockedDocument document)
    {
        document.Obstacle.Remove(document);
        if (document.Obstacle.Count == 0)
        {
            _all.Remove(document.Obstacle);
        }
    }

    /// <summary>The next document to be tried again; false when no time has come.</summary>
    public bool TryTake([NotNullWhen(true)] out BlockedDocument? document)
    {
        document = null;
        foreach (Obstacle obstacle in _all)
        {
            if (obstacle.TryTake(out document))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What keeps documents from being filed in that directory; null when nothing does.</summary>
    public string? In(int shard)
    {
        foreach (Obstacle obstacle in _all)
        {
            if (obstacle.Shard == shard && obstacle.Count > 0)
            {
                return obstacle.Reason;
            }
        }

        return null;
    }

    /// <summary>For operators; null when there are none.</summary>
    public override string? ToString()
    {
        Obstacle[] found = [.. _all.Where(obstacle => obstacle.Count > 0).OrderByDescending(obstacle => obstacle.Count).ThenBy(obstacle => obstacle.Shard)];
        if (found.Length == 0)
        {
            return null;
        }

        int rest = found.Skip(Told).Sum(obstacle => obstacle.Count);
        return string.Join("; ", found.Take(Told).Select(Describe)) + (rest > 0 ? $"; and {Documents(rest)} for other reasons" : string.Empty);
    }

    private static string Describe(Obstacle obstacle) =>
        $"{Documents(obstacle.Count)}{(obstacle.Shard is { } shard ? $" in {Obstacle.NameOf(shard)}" : string.Empty)} cannot be filed: {obstacle.Reason}";

    private static string Documents(int count) => count == 1 ? "1 document" : $"{count} documents";
}
