using Npgsql;
using NpgsqlTypes;

namespace DocService.Approaches;

/// <summary>PostgreSQL beside the server: users as JSONB, an index over the expression that gives the e-mail address.</summary>
internal sealed class PostgresLookup : IUserLookup
{
    private readonly NpgsqlDataSource _source;

    /// <param name="path">Of the file of users; read where the table is not there yet.</param>
    /// <param name="connection">As Npgsql takes it.</param>
    public PostgresLookup(string path, string connection)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxAutoPrepare = 8, AutoPrepareMinUsages = 2 });
        using NpgsqlCommand ask = _source.CreateCommand("SELECT to_regclass('users') IS NULL");
        if (ask.ExecuteScalar() is true)
        {
            Fill(path);
        }
    }

    public ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation) =>
        FindAsync("SELECT body::text FROM users WHERE id = $1", id, cancellation);

    public ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation) =>
        FindAsync("SELECT body::text FROM users WHERE body ->> 'email' = $1", email, cancellation);

    public void Dispose() => _source.Dispose();

    private async ValueTask<byte[]?> FindAsync(string query, string key, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = _source.CreateCommand(query);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key, NpgsqlDbType = NpgsqlDbType.Text });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetFieldValue<byte[]>(0) : null;
    }

    private void Fill(string path)
    {
        using NpgsqlConnection connection = _source.OpenConnection();
        using (var command = new NpgsqlCommand("CREATE TABLE users (id text PRIMARY KEY, body jsonb NOT NULL)", connection))
        {
            command.ExecuteNonQuery();
        }

        using (NpgsqlBinaryImporter import = connection.BeginBinaryImport("COPY users FROM STDIN (FORMAT binary)"))
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        {
            var lines = new LineReader(file, new byte[1 << 20]);
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                import.StartRow();
                import.Write(UserLine.Get(line, "id"u8)!, NpgsqlDbType.Text);
                import.Write(System.Text.Encoding.UTF8.GetString(line), NpgsqlDbType.Jsonb);
            }

            import.Complete();
        }

        using var finish = new NpgsqlCommand("CREATE UNIQUE INDEX by_email ON users ((body ->> 'email'))", connection);
        finish.CommandTimeout = 0;
        finish.ExecuteNonQuery();
        using var vacuum = new NpgsqlCommand("VACUUM ANALYZE users", connection);
        vacuum.CommandTimeout = 0;
        vacuum.ExecuteNonQuery();
    }
}
