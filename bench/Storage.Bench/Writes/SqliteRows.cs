using DocService.Storage.Bench.Support;
using Microsoft.Data.Sqlite;

namespace DocService.Storage.Bench.Writes;

/// <summary>SQLite in the process as its page on durability asks for it: write-ahead log, synchronous=FULL, one connection, so many rows a transaction.</summary>
internal static class SqliteRows
{
    public static LoadResult Run(string directory, Samples samples, TimeSpan duration, int rows)
    {
        string database = new SqliteConnectionStringBuilder { DataSource = Path.Combine(directory, "rows.sqlite"), Pooling = false }.ToString();
        using var connection = new SqliteConnection(database);
        connection.Open();
        using (SqliteCommand create = connection.CreateCommand())
        {
            create.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE documents (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;";
            create.ExecuteNonQuery();
        }

        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO documents VALUES ($id, $body)";
        SqliteParameter id = insert.Parameters.Add("$id", SqliteType.Text);
        SqliteParameter body = insert.Parameters.Add("$body", SqliteType.Blob);
        insert.Prepare();
        return WritesCommand.Repeat(duration, number =>
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (long row = number * rows; row < (number + 1) * rows; row++)
            {
                id.Value = Stores.Key("row", row).ToString();
                body.Value = samples[row].Body.ToArray();
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        });
    }
}
