using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// The next version of a store that begins anew from data which another store may also go on from: after a salvage, in a
/// copy of the directory, in a snapshot, in a database that has been moved or has failed over. A plain skip would give two copies of one backup the same versions.
/// </summary>
internal static class VersionJump
{
    /// <summary>Far more than an unreadable part of a journal can have handed out.</summary>
    private const long Skip = 1L << 32;

    /// <summary>
    /// Versions for each millisecond of the clock: no store writes that many commits, so one that begins later begins above
    /// what another has written by then.
    /// </summary>
    private const long PerMillisecond = 256;

    /// <summary>The clock is believed up to the year 2091: what is left below the highest version is room for 4,096 skips.</summary>
    private const long ClockMax = JournalFormat.SequenceMax - (1L << 44);

    /// <summary>The first version, above everything handed out through that sequence as far as it is known.</summary>
    /// <exception cref="StoreFormatException">There is none left.</exception>
    public static long After(long handedOut, DateTimeOffset now)
    {
        long byClock = Math.Clamp(now.ToUnixTimeMilliseconds(), 0, ClockMax / PerMillisecond) * PerMillisecond;
        long first = Math.Max(handedOut + 1 + Skip, byClock);
        return first < JournalFormat.SequenceMax ? first : throw new StoreFormatException("The versions are used up: export the documents into a new directory.");
    }
}
