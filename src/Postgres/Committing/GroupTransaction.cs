using DocService.Postgres.Connecting;
using DocService.Postgres.Opening;
using DocService.Postgres.Rows;
using DocService.Postgres.Watching;
using DocService.Storage.Clock;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Rules;
using Npgsql;
using NpgsqlTypes;

namespace DocService.Postgres.Committing;

/// <summary>
/// Carries out a group in one transaction, in two round trips: the first locks the row of the sequence, which only one transaction of all
/// processes holds, and reads what the group touches; the second writes, and commits.
/// </summary>
/// <remarks>
/// Thread: the writer's. Invariant: sequences are given under that lock, which is held until the commit has returned: so they are
/// in the order of commits, and what is judged here is current.
/// </remarks>
internal sealed class GroupTransaction(Database database, StoreWatch watch, StoreTime time, TimeProvider clock)
{
    private Guid? _settled; // the id of a group whose outcome is known: nobody will ask for it again

    /// <summary>Returns when it is committed, or had nothing to write.</summary>
    /// <exception cref="NpgsqlException">Nothing was done, unless <see cref="Group.IsSent"/> and the server has not said so itself.</exception>
    /// <exception cref="StoreFencedException">The database is not the one that it was.</exception>
    public async Task CarryOutAsync(Group group)
    {
        await using NpgsqlConnection connection = await database.OpenAsync(CancellationToken.None).ConfigureAwait(false);
        var documents = new KnownDocuments();
        var requests = new KnownRequests();
        ServerFacts facts = await BeginAsync(connection, group, documents, requests).ConfigureAwait(false);
        watch.Judge(facts);
        group.Timeline = facts.Timeline;
        long first = facts.Timeline == facts.KnownTimeline ? facts.Sequence : VersionJump.After(facts.Sequence, clock.GetUtcNow()) - 1;
        var judge = new GroupJudge(documents, requests, time, clock) { Sequence = first, Level = facts.Settings.Promise };
        for (int index = 0; index < group.Writes.Count; index++)
        {
            (CommitResult? result, Exception? failure) = judge.Judge(group.Writes[index]);
            group.SetEnd(index, result, failure);
        }

        if (judge.Sequence == first)
        {
            await connection.RunAsync("ROLLBACK", CancellationToken.None).ConfigureAwait(false);
            return;
        }

        await using NpgsqlBatch batch = Writes(connection, documents, requests);
        Add(batch, "UPDATE docservice.store SET sequence = $1, timeline = $2", Bigint(judge.Sequence), Bigint(facts.Timeline));
        Add(batch, "INSERT INTO docservice.groups (id) VALUES ($1)", new NpgsqlParameter { Value = group.Id });
        if (_settled is { } settled)
        {
            Add(batch, "DELETE FROM docservice.groups WHERE id = $1", new NpgsqlParameter { Value = settled });
        }

        Add(batch, "COMMIT");
        group.IsSent = true;
        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        _settled = group.Id;
        watch.Note(facts with { Sequence = judge.Sequence, KnownTimeline = facts.Timeline });
    }

    private static async Task<ServerFacts> BeginAsync(NpgsqlConnection connection, Group group, KnownDocuments documents, KnownRequests requests)
    {
        byte[][] ids = [.. group.Writes.SelectMany(static write => write.Operations).Select(static operation => operation.Key).Distinct().Select(RowBytes.Of)];
        byte[][] whole = [.. group.Writes.SelectMany(static write => write.Operations).OfType<PatchOperation>().Select(static patch => patch.Key).Distinct().Select(RowBytes.Of)];
        byte[][] keys = [.. group.Writes.Where(static write => write.Request is not null).Select(static write => RowBytes.Of(write.Request!.Key.Digest))];
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        Add(batch, ServerFacts.Select + " FOR UPDATE");
        Add(
            batch,
            $"SELECT id, {DocumentRow.Columns}, CASE WHEN id = ANY($2) THEN body END FROM docservice.documents WHERE id = ANY($1)",
            Byteas(ids), Byteas(whole));
        if (keys.Length > 0)
        {
            Add(batch, $"SELECT key, {KnownRequests.Columns} FROM docservice.requests WHERE key = ANY($1)", Byteas(keys));
        }

        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync().ConfigureAwait(false);
        if (!await reader.ReadAsync().ConfigureAwait(false))
        {
            throw new StorageFaultException("The table docservice.store has no row, so no sequence can be given.");
        }

        ServerFacts facts = ServerFacts.Read(reader);
        await reader.NextResultAsync().ConfigureAwait(false);
        await documents.ReadAsync(reader).ConfigureAwait(false);
        if (await reader.NextResultAsync().ConfigureAwait(false))
        {
            await requests.ReadAsync(reader).ConfigureAwait(false);
        }

        return facts;
    }

    private static NpgsqlBatch Writes(NpgsqlConnection connection, KnownDocuments documents, KnownRequests requests)
    {
        var batch = new NpgsqlBatch(connection);
        if (documents.Damaged.Count > 0)
        {
            Add(batch, "INSERT INTO docservice.damaged SELECT now(), d.* FROM docservice.documents d WHERE id = ANY($1)", Byteas([.. documents.Damaged.Select(RowBytes.Of)]));
        }

        byte[][] deleted = [.. documents.Written.Where(static one => one.Value is null).Select(static one => RowBytes.Of(one.Key))];
        if (deleted.Length > 0)
        {
            Add(batch, "DELETE FROM docservice.documents WHERE id = ANY($1)", Byteas(deleted));
        }

        foreach ((DocumentKey key, (DocumentInfo Info, ReadOnlyMemory<byte> Body)? written) in documents.Written)
        {
            if (written is not { } put)
            {
                continue;
            }

            DocumentRow row = DocumentRow.Of(put.Info, put.Body.Span);
            Add(
                batch,
                $"""
                INSERT INTO docservice.documents (id, {DocumentRow.Columns}, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                ON CONFLICT (id) DO UPDATE SET version = excluded.version, created = excluded.created, modified = excluded.modified, type = excluded.type,
                    length = excluded.length, sha256 = excluded.sha256, body_xxh3 = excluded.body_xxh3, row_xxh3 = excluded.row_xxh3, body = excluded.body
                """,
                Bytea(RowBytes.Of(key)), Bigint(put.Info.Version), Bigint(put.Info.Created.UtcTicks), Bigint(put.Info.Modified.UtcTicks),
                new NpgsqlParameter { Value = put.Info.ContentType, NpgsqlDbType = NpgsqlDbType.Text }, Bigint(put.Info.Length), Bytea(RowBytes.Of(put.Info.Sha256)),
                Bigint(unchecked((long)row.BodyHash)), Bigint(unchecked((long)row.HashWith(key))),
                new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = put.Body, NpgsqlDbType = NpgsqlDbType.Bytea });
        }

        foreach ((Storage.Requests.IdempotentRequest request, Storage.Requests.RememberedRequest done) in requests.Added)
        {
            Add(
                batch,
                "INSERT INTO docservice.requests (key, fingerprint, sequence, ids, statuses) VALUES ($1, $2, $3, $4, $5)",
                Bytea(RowBytes.Of(request.Key.Digest)), Bytea(RowBytes.Of(request.Fingerprint)), Bigint(done.Sequence),
                Byteas([.. done.Results.Select(static result => RowBytes.Of(result.Key))]),
                new NpgsqlParameter { Value = done.Results.Select(static result => (short)result.Status).ToArray() });
        }

        return batch;
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (NpgsqlParameter parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter<long> Bigint(long value) => new() { TypedValue = value };

    private static NpgsqlParameter<byte[]> Bytea(byte[] value) => new() { TypedValue = value };

    private static NpgsqlParameter Byteas(byte[][] values) => new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
