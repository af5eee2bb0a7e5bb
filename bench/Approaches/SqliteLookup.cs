using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace DocService.Approaches;

/// <summary>SQLite in the server's process: users as JSON text, an index over json_extract of the e-mail address.</summary>
internal sealed class SqliteLookup : IUserLookup
{
    private readonly string _database;
    private readonly ConcurrentBag<Session> _idle = [];

    public SqliteLookup(string path)
    {
        _database = new SqliteConnectionStringBuilder { DataSource = path + ".sqlite", Pooling = false }.ToString();
        if (!File.Exists(path + ".sqlite"))
        {
            Fill(path);
        }
    }

    public ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation) => new(Find(static session => session.ById, id));

    public ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation) => new(Find(static session => session.ByEmail, email));

    public void Dispose()
    {
        while (_idle.TryTake(out Session? session))
        {
            session.Dispose();
        }
    }

    private byte[]? Find(Func<Session, SqliteCommand> command, string key)
    {
        if (!_idle.TryTake(out Session? session))
        {
            session = new Session(_database);
        }

        SqliteCommand select = command(session);
        select.Parameters[0].Value = key;
        byte[]? user = select.ExecuteScalar() as byte[];
        _idle.Add(session);
        return user;
    }

    private void Fill(string path)
    {
        using var connection = new SqliteConnection(_database);
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL; CREATE TABLE users (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;");
        using (SqliteTransaction transaction = connection.BeginTransaction())
        using (SqliteCommand insert = connection.CreateCommand())
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        {
            insert.CommandText = "INSERT INTO users VALUES ($id, $body)";
            SqliteParameter id = insert.Parameters.Add("$id", SqliteType.Text);
            SqliteParameter body = insert.Parameters.Add("$body", SqliteType.Text);
            var lines = new LineReader(file, new byte[1 << 20]);
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                id.Value = UserLine.Get(line, "id"u8)!;
                body.Value = System.Text.Encoding.UTF8.GetString(line);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        Run(connection, "CREATE UNIQUE INDEX by_email ON users (json_extract(body, '$.email')); PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;");
    }

    private static void Run(SqliteConnection connection, string text)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts stand above.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>A connection with its two prepared statements. Thread: one at a time.</summary>
    private sealed class Session : IDisposable
    {
        private readonly SqliteConnection _connection;

        public Session(string database)
        {
            _connection = new SqliteConnection(database);
            _connection.Open();
            ById = Prepare("SELECT CAST(body AS BLOB) FROM users WHERE id = $key");
            ByEmail = Prepare("SELECT CAST(body AS BLOB) FROM users WHERE json_extract(body, '$.email') = $key");
        }

        public SqliteCommand ById { get; }

        public SqliteCommand ByEmail { get; }

        public void Dispose()
        {
            ById.Dispose();
            ByEmail.Dispose();
            _connection.Dispose();
        }

        private SqliteCommand Prepare(string text)
        {
            SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // The texts stand above.
            command.CommandText = text;
#pragma warning restore CA2100
            command.Parameters.Add("$key", SqliteType.Text);
            command.Prepare();
            return command;
        }
    }
}
