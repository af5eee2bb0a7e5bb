using System.Globalization;
using DocService.Storage.Clock;

namespace DocService.Api.Expiry;

/// <summary>Why the store's time cannot be trusted, and what an operator does about it.</summary>
internal static class TimeDoubt
{
    /// <summary>Null where it can.</summary>
    public static string? Of(StoreTime time)
    {
        if (!time.IsInDoubt)
        {
            return null;
        }

        if (time.IsNoteLost)
        {
            return "What was noted of the time before this start cannot be read. If the wall clock is right, start the server again with --confirm-time.";
        }

        TimeSpan ahead = time.WallAhead;
        return string.Create(CultureInfo.InvariantCulture, $"The wall clock is {Math.Round(ahead.Duration().TotalSeconds)} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} the store's time. If it is right, start the server again with --confirm-time; if not, set it right.");
    }
}
