namespace DocService.Postgres.Opening;

/// <summary>Where sequences go on when the database may have lost commits that were given some: after a failover, or a restore.</summary>
internal static class Versions
{
    private const long Skipped = 1L << 32;
    private const long PerMillisecond = 256;

    /// <summary>Above all that may have been given, by the same rule as for files (docs/on-disk-format.md): no version names two contents.</summary>
    public static long SkipFrom(long sequence, DateTimeOffset now) => Math.Max(sequence + Skipped, now.ToUnixTimeMilliseconds() * PerMillisecond);
}
