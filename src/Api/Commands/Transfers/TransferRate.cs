using System.Globalization;
using DocService.Transfer;

namespace DocService.Api.Commands.Transfers;

/// <summary>How fast an import or an export has been since it began, and how long it will take at this rate.</summary>
/// <remarks>Thread: one at a time.</remarks>
internal sealed class TransferRate(TimeProvider clock)
{
    /// <summary>More often than this nobody can read it.</summary>
    public static readonly TimeSpan BarInterval = TimeSpan.FromSeconds(0.2);

    private readonly long _started = clock.GetTimestamp();
    private long _shown = clock.GetTimestamp();

    /// <summary>Whether it is time to show something; if so, it counts as shown.</summary>
    public bool IsDue(TimeSpan interval)
    {
        bool isDue = clock.GetElapsedTime(_shown) >= interval;
        if (isDue)
        {
            _shown = clock.GetTimestamp();
        }

        return isDue;
    }

    public string Describe(TransferProgress progress)
    {
        double seconds = clock.GetElapsedTime(_started).TotalSeconds;
        double rate = seconds > 0 ? (progress.Documents - progress.Skipped) / seconds : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{progress.Documents:N0} documents, {rate:N0}/s");
    }

    /// <summary>Null where it cannot be told yet.</summary>
    public TimeSpan? Left(TransferProgress progress) => progress is { Total: > 0 and var total, Done: > 0 }
        ? clock.GetElapsedTime(_started) * Math.Max(0, ((double)total / progress.Done) - 1)
        : null;
}
