using System.Buffers;
using System.Security.Cryptography;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sending;

/// <summary>Lines that are sent together, and what stands among them in the source.</summary>
/// <remarks>Owns: their bytes. It follows from the source alone: read again, the same source makes the same chunks.</remarks>
/// <param name="piecesMax">Lines, faults and what is passed over.</param>
internal sealed class Chunk(int piecesMax)
{
    /// <summary>Small against what a server writes in a second, so that little is sent twice; large against what a request costs.</summary>
    public const int BytesMax = 4 << 20;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Lines with their breaks.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>Where each line stands.</summary>
    public List<SourcePlace> Places { get; } = [];

    public List<(SourcePlace Place, string Reason)> Faults { get; } = [];

    public SortedDictionary<string, long> Passed { get; } = new(StringComparer.Ordinal);

    public int Pieces { get; private set; }

    public bool IsFull => Pieces >= piecesMax || _bytes.WrittenCount >= BytesMax;

    public void Add(in Piece piece)
    {
        Pieces++;
        if (piece.Fault is { } fault)
        {
            Faults.Add((piece.Place, fault));
        }
        else if (piece.Passed is { } passed)
        {
            Passed[passed] = Passed.GetValueOrDefault(passed) + 1;
        }
        else
        {
            Places.Add(piece.Place);
            _bytes.Write(piece.Line.Span);
            _bytes.Write("\n"u8);
        }
    }

    /// <summary>Stands for all chunks up to this one.</summary>
    /// <param name="before">Of those before it.</param>
    public byte[] Digest(ReadOnlySpan<byte> before)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        hash.AppendData(BitConverter.GetBytes(Pieces));
        hash.AppendData(_bytes.WrittenSpan);
        return hash.GetHashAndReset();
    }
}
