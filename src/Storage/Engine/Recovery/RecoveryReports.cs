using DocService.Storage.Engine.Opening;
using DocService.Storage.Journal.Reading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Recovery;

/// <summary>Puts into words for operators what an opening found.</summary>
internal static class RecoveryReports
{
    private const int IdsMax = 20;

    public static RecoveryReport Empty { get; } = new() { Records = 0, DiscardedRecords = 0, WasCleanStop = true, End = 0 };

    public static RecoveryReport Of(JournalVerdict verdict, bool isCopy) => new()
    {
        Records = verdict.Live.Count,
        DiscardedRecords = verdict.DiscardedRecords,
        WasCleanStop = verdict.IsCleanStop,
        End = verdict.End,
        IsCopy = isCopy,
    };

    public static string Describe(JournalVerdict verdict, string path) =>
        "Committed data in the journal is damaged. " + string.Join(' ', Lines(verdict).Select(line => $"{path}/{line}"));

    /// <summary>One line for each piece of damage.</summary>
    public static IReadOnlyList<string> Lines(JournalVerdict verdict) =>
    [
        .. verdict.Damage.Select(damage => $"{damage.File} from offset {damage.Offset}: {Describe(damage)}."),
    ];

    /// <summary>What is missing, without the place.</summary>
    public static string Describe(JournalDamage damage) => damage.FirstSequence is null
        ? "it cannot be read which commits stood there"
        : $"commits {damage.FirstSequence} to {damage.LastSequence} cannot be read"
            + (damage.Ids.Count > 0 ? $" (documents that can still be named: {string.Join(", ", damage.Ids.Take(IdsMax))})" : string.Empty);

    /// <summary>A copy of one moment is fine. A copy made while files changed is not. The two look alike, so the operator must decide.</summary>
    public static void WarnOfCopy(OpenedJournal journal, DataDirectory data, ILogger logger)
    {
        if (!journal.Report.IsCopy)
        {
            return;
        }

        string directory = data.Root.Path;
        if (data.IsSnapshot)
        {
            logger.LogInformation(
                "{Directory} is a snapshot, or was restored from one. It goes on as a store of its own: new store id, versions from {First} on.",
                directory,
                journal.Current.Header.FirstSequence);
            return;
        }

        logger.LogWarning(
            "{Directory} is a copy of another data directory. It goes on as a store of its own: new store id, versions from {First} on.",
            directory,
            journal.Current.Header.FirstSequence);
        if (!journal.Report.WasCleanStop)
        {
            logger.LogWarning(
                "{Directory} was copied from a server that had not been stopped. Unless the copy was made from a snapshot of one moment, "
                + "documents in it may be older than what was acknowledged (docs/durability.md, \"Copies and backups\").",
                directory);
        }
    }
}
