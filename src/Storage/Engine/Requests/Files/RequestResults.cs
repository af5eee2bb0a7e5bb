using System.Buffers.Binary;
using System.Text;
using DocService.Storage.Requests;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>The results of a request as bytes: a status each, and ids where they are not told elsewhere.</summary>
/// <remarks>Codec on spans, no I/O. The numbers stand on disk: they never change.</remarks>
internal static class RequestResults
{
    /// <summary>Status and length of the id.</summary>
    private const int FixedBytes = 3;

    /// <summary>Longest form of the result of an operation, beside its id.</summary>
    public const int BytesMax = FixedBytes;

    private static readonly WriteStatus[] Statuses = [WriteStatus.Created, WriteStatus.Replaced, WriteStatus.Deleted, WriteStatus.NotFound, WriteStatus.Checked];

    /// <param name="results">To measure.</param>
    /// <param name="isBesideOperations">The ids of those that write stand in the operations of the same record.</param>
    public static int Measure(IReadOnlyList<RememberedResult> results, bool isBesideOperations)
    {
        int bytes = 0;
        for (int index = 0; index < results.Count; index++)
        {
            bytes += isBesideOperations && results[index].Writes ? 1 : FixedBytes + Encoding.UTF8.GetByteCount(results[index].Key.Id);
        }

        return bytes;
    }

    public static void Write(Span<byte> destination, IReadOnlyList<RememberedResult> results, bool isBesideOperations)
    {
        int end = 0;
        for (int index = 0; index < results.Count; index++)
        {
            RememberedResult result = results[index];
            destination[end++] = (byte)(Array.IndexOf(Statuses, result.Status) + 1);
            if (!isBesideOperations || !result.Writes)
            {
                int idBytes = Encoding.UTF8.GetBytes(result.Key.Id, destination[(end + 2)..]);
                BinaryPrimitives.WriteUInt16LittleEndian(destination[end..], (ushort)idBytes);
                end += 2 + idBytes;
            }
        }
    }

    /// <summary>Null when the bytes are not that many results and nothing else.</summary>
    /// <param name="source">Their bytes, no more.</param>
    /// <param name="count">How many there should be.</param>
    /// <param name="written">Documents of the operations beside them, in order; null: every id stands here.</param>
    public static RememberedResult[]? TryRead(ReadOnlySpan<byte> source, long count, IReadOnlyList<DocumentKey>? written)
    {
        if (count < 0 || count > source.Length)
        {
            return null;
        }

        var results = new RememberedResult[count];
        int next = 0;
        for (int index = 0; index < results.Length; index++)
        {
            if (source.IsEmpty || source[0] < 1 || source[0] > Statuses.Length)
            {
                return null;
            }

            var result = new RememberedResult(default, Statuses[source[0] - 1]);
            source = source[1..];
            if (written is not null && result.Writes)
            {
                if (next >= written.Count)
                {
                    return null;
                }

                results[index] = result with { Key = written[next++] };
                continue;
            }

            if (source.Length < 2 || BinaryPrimitives.ReadUInt16LittleEndian(source) is var idBytes && source.Length < 2 + idBytes
                || !DocumentKey.TryCreateStored(source.Slice(2, idBytes), out DocumentKey key, out _))
            {
                return null;
            }

            results[index] = result with { Key = key };
            source = source[(2 + idBytes)..];
        }

        return source.IsEmpty ? results : null;
    }
}
