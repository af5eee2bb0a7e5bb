using Npgsql;

namespace DocService.Postgres.Connecting;

/// <summary>Statements that answer nothing.</summary>
internal static class Statements
{
    public static async Task RunAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}
