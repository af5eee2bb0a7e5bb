using Npgsql;

namespace DocService.Postgres.Opening;

/// <summary>What the database says of itself in one moment.</summary>
/// <param name="Format">Of the tables.</param>
/// <param name="StoreId">Of the data.</param>
/// <param name="Sequence">The last one that was given.</param>
/// <param name="KnownTimeline">The server's when the last one was given.</param>
/// <param name="Timeline">The server's now: a standby that is promoted, and a backup that is restored, begin a new one.</param>
/// <param name="Settings">What a commit is worth.</param>
internal sealed record ServerFacts(int Format, Guid StoreId, long Sequence, long KnownTimeline, long Timeline, DurabilitySettings Settings)
{
    /// <summary>A server that is a standby cannot say it: the statement fails.</summary>
    public const string TimelineNow = "('x' || lpad(substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), 16, '0'))::bit(64)::bigint";

    public const string Select = $"""
        SELECT format, store_id, sequence, timeline, {TimelineNow},
            current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on', current_setting('synchronous_commit'), current_setting('synchronous_standby_names')
        FROM docservice.store
        """;

    /// <summary>The row that the reader stands on.</summary>
    public static ServerFacts Read(NpgsqlDataReader reader) => new(
        reader.GetInt32(0),
        reader.GetGuid(1),
        reader.GetInt64(2),
        reader.GetInt64(3),
        reader.GetInt64(4),
        new DurabilitySettings(reader.GetBoolean(5), reader.GetBoolean(6), reader.GetString(7), reader.GetString(8)));
}
