using System.Data;
using DocService.Postgres.Committing;
using DocService.Postgres.Connecting;
using DocService.Storage.Requests;
using Npgsql;

namespace DocService.Postgres.Rows;

/// <summary>Reads of single rows, each in a statement of its own: the newest version that is committed.</summary>
/// <remarks>Thread: any.</remarks>
internal sealed class DocumentReads(Database database)
{
    public ValueTask<StoredDocument?> ReadAsync(DocumentKey key, ByteBudget? budget, CancellationToken cancellation) =>
        ReadAsync(key, connection => ReadAsync(connection, key, budget, cancellation), cancellation);

    public ValueTask<DocumentInfo?> ReadInfoAsync(DocumentKey key, CancellationToken cancellation) =>
        ReadAsync(key, connection => ReadInfoAsync(connection, key, cancellation), cancellation);

    public async ValueTask<RememberedRequest?> FindRequestAsync(RequestKey key, CancellationToken cancellation) =>
        await database.ReadAsync(
            async connection =>
            {
                await using NpgsqlCommand command = Select(connection, $"SELECT {KnownRequests.Columns} FROM docservice.requests WHERE key = $1", RowBytes.Of(key.Digest));
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
                return await reader.ReadAsync(cancellation).ConfigureAwait(false) ? KnownRequests.Read(reader, 1) : null;
            },
            cancellation).ConfigureAwait(false);

    /// <exception cref="DocumentCorruptException">The server cannot read it either.</exception>
    private async ValueTask<T> ReadAsync<T>(DocumentKey key, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            return await database.ReadAsync(read, cancellation).ConfigureAwait(false);
        }
        catch (PostgresException exception)
        {
            throw DocumentRow.Corrupt(key, Trouble.Describe(exception), exception);
        }
    }

    private static async Task<DocumentInfo?> ReadInfoAsync(NpgsqlConnection connection, DocumentKey key, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Select(connection, $"SELECT {DocumentRow.Columns} FROM docservice.documents WHERE id = $1", RowBytes.Of(key));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false) ? DocumentRow.Read(reader, 0, key).Info : null;
    }

    private static async Task<StoredDocument?> ReadAsync(NpgsqlConnection connection, DocumentKey key, ByteBudget? budget, CancellationToken cancellation)
    {
        await using NpgsqlCommand command = Select(connection, $"SELECT {DocumentRow.Columns}, body FROM docservice.documents WHERE id = $1", RowBytes.Of(key));
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, cancellation).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            return null;
        }

        DocumentRow row = DocumentRow.Read(reader, 0, key);
        int length = (int)Math.Min(row.Info.Length, Array.MaxLength);
        budget?.Take(length);
        byte[]? rented = null;
        try
        {
            rented = BodyBuffers.Rent(length);
            await using (Stream body = reader.GetStream(DocumentRow.ColumnCount))
            {
                if (body.Length != row.Info.Length)
                {
                    throw DocumentRow.Corrupt(key, "its body has another length");
                }

                await body.ReadExactlyAsync(rented.AsMemory(0, length), cancellation).ConfigureAwait(false);
            }

            row.Verify(key, rented.AsSpan(0, length));
            var document = new StoredDocument(row.Info, rented, 0, length, budget, length);
            rented = null;
            return document;
        }
        catch
        {
            budget?.Return(length);
            throw;
        }
        finally
        {
            if (rented is not null)
            {
                BodyBuffers.Return(rented);
            }
        }
    }

    private static NpgsqlCommand Select(NpgsqlConnection connection, string sql, byte[] key) =>
        new(sql, connection) { Parameters = { new NpgsqlParameter<byte[]> { TypedValue = key } } };
}
