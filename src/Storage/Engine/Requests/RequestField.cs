using System.Buffers.Binary;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Journal.Format;

namespace DocService.Storage.Engine.Requests;

/// <summary>The field of a commit's record that holds the request's key, its fingerprint and its results (docs/on-disk-format.md).</summary>
/// <remarks>Codec on spans, no I/O.</remarks>
internal static class RequestField
{
    private const int FixedBytes = 72;
    private const byte Version = 1;

    /// <summary>What the field adds to a commit at most, beside <see cref="RequestResults.BytesMax"/> for each operation: with the operation of a request that writes nothing.</summary>
    public const int BytesMax = FixedBytes + 64;

    /// <summary>The field as a record holds it.</summary>
    public static byte[] Encode(KnownRequest request)
    {
        int bytes = FixedBytes + RequestResults.Measure(request.Results, isBesideOperations: true);
        byte[] value = new byte[bytes];
        value[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), request.Results.Count);
        request.Key.CopyTo(value.AsSpan(8));
        request.Fingerprint.CopyTo(value.AsSpan(40));
        RequestResults.Write(value.AsSpan(FixedBytes), request.Results, isBesideOperations: true);
        byte[] field = new byte[Fields.Measure(bytes)];
        Fields.Write(field, RecordFields.Request, value);
        return field;
    }

    /// <summary>The request of a commit; null where it has none.</summary>
    /// <param name="payload">Of the commit, verified.</param>
    /// <param name="operations">How many it has.</param>
    /// <param name="sequence">Of the commit.</param>
    /// <exception cref="StoreFormatException">It was written by a later version, or is none.</exception>
    public static KnownRequest? TryRead(ReadOnlySpan<byte> payload, int operations, long sequence)
    {
        var written = new List<DocumentKey>(Math.Min(operations, 1024));
        var parts = new PayloadParts(payload, operations);
        while (parts.TryNext(out Operation operation) && DocumentKey.TryCreateStored(operation.Id, out DocumentKey key, out _))
        {
            written.Add(key);
        }

        if (!parts.TryGetFields(out ReadOnlySpan<byte> fields) || !Fields.TryFind(fields, RecordFields.Request, out ReadOnlySpan<byte> value))
        {
            return null;
        }

        return value.Length >= FixedBytes && value[0] == Version
            && RequestResults.TryRead(value[FixedBytes..], BinaryPrimitives.ReadInt32LittleEndian(value[4..]), written) is { } results
            ? new KnownRequest(new Sha256Digest(value.Slice(8, Sha256Digest.Bytes)), new Sha256Digest(value.Slice(40, Sha256Digest.Bytes)), results) { Sequence = sequence }
            : throw new StoreFormatException($"The request of commit {sequence} in the journal cannot be understood: written by a later version.");
    }
}
