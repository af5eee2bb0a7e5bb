namespace DocService.Postgres.Replication;

/// <summary>A place in the server's log (WAL). Those of two timelines cannot be compared.</summary>
/// <param name="Timeline">Of the server that has written it.</param>
/// <param name="Offset">In bytes.</param>
internal readonly record struct LogPosition(long Timeline, ulong Offset);
