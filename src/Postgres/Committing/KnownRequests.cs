using DocService.Storage.Requests;
using Npgsql;

namespace DocService.Postgres.Committing;

/// <summary>Requests with keys that have been carried out: before this group, or by it.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class KnownRequests
{
    public const string Columns = "fingerprint, sequence, ids, statuses";

    private readonly Dictionary<Sha256Digest, (Sha256Digest Fingerprint, RememberedRequest Request)> _known = [];

    /// <summary>Those that the group adds.</summary>
    public List<(IdempotentRequest Request, RememberedRequest Done)> Added { get; } = [];

    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            _known[new Sha256Digest(reader.GetFieldValue<byte[]>(0))] = (new Sha256Digest(reader.GetFieldValue<byte[]>(1)), Read(reader, 2));
        }
    }

    /// <summary>What a request with this key has done; null: nothing.</summary>
    /// <exception cref="RequestKeyReusedException">It was another request.</exception>
    public RememberedRequest? Find(IdempotentRequest request)
    {
        if (!_known.TryGetValue(request.Key.Digest, out (Sha256Digest Fingerprint, RememberedRequest Request) known))
        {
            return null;
        }

        return known.Fingerprint.Equals(request.Fingerprint)
            ? known.Request
            : throw new RequestKeyReusedException("The key belongs to another request, which was carried out before.");
    }

    public void Add(IdempotentRequest request, RememberedRequest done)
    {
        _known[request.Key.Digest] = (request.Fingerprint, done);
        Added.Add((request, done));
    }

    /// <summary>Sequence, ids and statuses, from this column on.</summary>
    public static RememberedRequest Read(NpgsqlDataReader reader, int first)
    {
        byte[][] ids = reader.GetFieldValue<byte[][]>(first + 1);
        short[] statuses = reader.GetFieldValue<short[]>(first + 2);
        var results = new RememberedResult[ids.Length];
        for (int index = 0; index < ids.Length; index++)
        {
            if (index >= statuses.Length || !Enum.IsDefined((WriteStatus)statuses[index]) || !DocumentKey.TryCreateStored(ids[index], out DocumentKey key, out _))
            {
                throw new RequestsUnknownException("A row of docservice.requests holds what it cannot hold.");
            }

            results[index] = new RememberedResult(key, (WriteStatus)statuses[index]);
        }

        return new RememberedRequest(reader.GetInt64(first), results);
    }
}
