using System.Globalization;
using DocService.Postgres.Connecting;
using DocService.Storage.Engine.Recovery;
using Npgsql;

namespace DocService.Postgres.Opening;

/// <summary>Finds the tables as this program needs them, or makes them so: one process at a time, all or nothing.</summary>
/// <remarks>
/// Thread: one. On failure: nothing was changed. What an operator has to put right is <see cref="StoreConfigurationException"/> or
/// <see cref="StoreFormatException"/>; everything else may pass.
/// </remarks>
internal sealed class SchemaUpkeep(Database database, int replicas, TimeProvider clock)
{
    private const int VersionMin = 15;
    private const long Lock = 0x646f_6373_6572_7669; // "docservi": who changes the tables holds it
    private const string DatabaseId = "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())";
    private static readonly string[] Tables = ["store", "documents", "damaged", "requests", "groups"];

    /// <summary>Returns what the database is, and whether this call has made the tables.</summary>
    public async Task<(ServerFacts Facts, string ServerVersion, bool IsFirst)> OpenAsync(CancellationToken cancellation)
    {
        try
        {
            await using NpgsqlConnection connection = await database.OpenAsync(cancellation).ConfigureAwait(false);
            if (connection.PostgreSqlVersion.Major < VersionMin)
            {
                throw new StoreConfigurationException($"The server of {database.Name} is PostgreSQL {connection.PostgreSqlVersion}; DocService needs {VersionMin} or newer.");
            }

            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await connection.RunAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({Lock})"), cancellation).ConfigureAwait(false);
            bool isFirst = await MigrateAsync(connection, cancellation).ConfigureAwait(false);
            await CheckRightsAsync(connection, cancellation).ConfigureAwait(false);
            await TakeOverAsync(connection, cancellation).ConfigureAwait(false);
            ServerFacts facts = await ReadFactsAsync(connection, cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            return (facts, connection.PostgreSqlVersion.ToString(), isFirst);
        }
        catch (PostgresException exception) when (Explain(exception) is { } explanation)
        {
            throw new StoreConfigurationException($"The database {database.Name} cannot be used: {explanation} ({Trouble.Describe(exception)}).", exception);
        }
    }

    public static async Task<ServerFacts> ReadFactsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(ServerFacts.Select, connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? ServerFacts.Read(reader)
            : throw new StoreFormatException("The table docservice.store has no row, so it is not known which sequences were given. Restore the database.");
    }

    private async Task<bool> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        bool isFirst = await AskAsync(connection, "SELECT to_regclass('docservice.store') IS NULL", cancellation).ConfigureAwait(false) is true;
        if (isFirst)
        {
            await connection.RunAsync(Migrations.Beginning, cancellation).ConfigureAwait(false);
            await using var made = new NpgsqlCommand(
                $"INSERT INTO docservice.store (format, store_id, sequence, system_id, database_id, timeline) SELECT 0, $1, 0, system_identifier, {DatabaseId}, {ServerFacts.TimelineNow} FROM pg_control_system()", connection)
            {
                Parameters = { new NpgsqlParameter { Value = Guid.NewGuid() } },
            };
            await made.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        }

        int format = await AskAsync(connection, "SELECT format FROM docservice.store", cancellation).ConfigureAwait(false) as int?
            ?? throw new StoreFormatException("The table docservice.store has no row, so it is not known which format the tables have. Restore the database.");
        if (format > Migrations.Format)
        {
            throw new StoreFormatException($"The tables in {database.Name} have format {format}, and this version of DocService knows {Migrations.Format}. Nothing was changed.");
        }

        for (int step = format; step < Migrations.Format; step++)
        {
            await connection.RunAsync(Migrations.Steps[step], cancellation).ConfigureAwait(false);
        }

        if (format < Migrations.Format)
        {
            await connection.RunAsync(string.Create(CultureInfo.InvariantCulture, $"UPDATE docservice.store SET format = {Migrations.Format}"), cancellation).ConfigureAwait(false);
        }

        return isFirst;
    }

    /// <summary>Tables that another role has made are no use without these.</summary>
    private async Task CheckRightsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (replicas > 0 && await AskAsync(connection, "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'usage')", cancellation).ConfigureAwait(false) is not true)
        {
            throw new StoreConfigurationException($"With DocService:Replicas the user of {database.Name} must be told what standbys have: GRANT pg_read_all_stats TO that user.");
        }

        foreach (string table in Tables)
        {
            foreach (string right in (string[])["SELECT", "INSERT", "UPDATE", "DELETE"])
            {
                if (await AskAsync(connection, $"SELECT has_table_privilege('docservice.{table}', '{right}')", cancellation).ConfigureAwait(false) is not true)
                {
                    throw new StoreConfigurationException($"The database {database.Name} cannot be used: its user lacks the right {right} on docservice.{table}.");
                }
            }
        }
    }

    /// <summary>The tables have come to another server or database, by a dump for example: what was committed behind that dump is not here.</summary>
    private async Task TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (await AskAsync(connection, $"SELECT system_id = system_identifier AND database_id = {DatabaseId} FROM docservice.store, pg_control_system()", cancellation).ConfigureAwait(false) is true)
        {
            return;
        }

        ServerFacts facts = await ReadFactsAsync(connection, cancellation).ConfigureAwait(false);
        await using var moved = new NpgsqlCommand(
            $"UPDATE docservice.store SET sequence = $1, store_id = $2, timeline = {ServerFacts.TimelineNow}, database_id = {DatabaseId}, system_id = (SELECT system_identifier FROM pg_control_system())", connection)
        {
            Parameters = { new NpgsqlParameter { Value = VersionJump.After(facts.Sequence, clock.GetUtcNow()) - 1 }, new NpgsqlParameter { Value = Guid.NewGuid() } },
        };
        await moved.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<object?> AskAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>What an operator has to put right; null for trouble that may pass.</summary>
    private static string? Explain(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.InsufficientPrivilege => "its user lacks rights; to make the tables it needs CREATE on the database",
        PostgresErrorCodes.InvalidCatalogName => "there is no such database",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification => "the server refuses its user",
        _ => null,
    };
}
