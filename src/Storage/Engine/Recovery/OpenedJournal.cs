using DocService.Storage.Journal.Marks;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>A journal ready to be appended to, and what recovery found in it.</summary>
internal sealed class OpenedJournal
{
    public required SegmentPool Pool { get; init; }

    /// <summary>Older segments with unfiled commits, ascending.</summary>
    public required IReadOnlyList<Segment> Sealed { get; init; }

    /// <summary>Begun by this opening.</summary>
    public required Segment Current { get; init; }

    /// <summary>How far the log has come.</summary>
    public required Watermarks Marks { get; init; }

    /// <summary>What is to be filed.</summary>
    public required RecoveredVersions Unfiled { get; init; }

    public required RecoveryReport Report { get; init; }
}
