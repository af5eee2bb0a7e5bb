using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using Npgsql;

namespace DocService.Postgres.Committing;

/// <summary>
/// Finds out how a group ended whose connection was lost: by inserting its id. If that succeeds, the old transaction can never commit, because it
/// inserts the same id. If it conflicts, the old one has committed. Merely to ask for the id would race with a server process that still commits;
/// the insert waits for that one's end.
/// </summary>
internal static class GroupClaim
{
    /// <summary>True: it has committed. False: it never will. Null: neither could be had by the deadline.</summary>
    public static async Task<bool?> HasCommittedAsync(Database database, Group group, long deadline, TimeProvider clock)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using NpgsqlConnection connection = await database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
                await using var claim = new NpgsqlCommand("INSERT INTO docservice.groups (id, claimed) VALUES ($1, true) ON CONFLICT (id) DO NOTHING", connection)
                {
                    Parameters = { new NpgsqlParameter { Value = group.Id } },
                };
                await claim.ExecuteNonQueryAsync().ConfigureAwait(false);

                // The insert may have been an earlier attempt's of this very call: the row says whose it is.
                await using var ask = new NpgsqlCommand($"SELECT claimed, {ServerFacts.TimelineNow} FROM docservice.groups WHERE id = $1", connection) { Parameters = { new NpgsqlParameter { Value = group.Id } } };
                await using NpgsqlDataReader reader = await ask.ExecuteReaderAsync().ConfigureAwait(false);
                if (await reader.ReadAsync().ConfigureAwait(false))
                {
                    group.Timeline = reader.GetInt64(1);
                    return !reader.GetBoolean(0);
                }
            }
            catch (Exception exception) when (exception is NpgsqlException || Trouble.IsPassing(exception))
            {
                // Tried again below.
            }

            if (clock.GetTimestamp() >= deadline)
            {
                return null;
            }

            await database.PauseAsync(attempt, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
