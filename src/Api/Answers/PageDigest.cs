using System.Buffers;
using System.Security.Cryptography;

namespace DocService.Api.Answers;

/// <summary>SHA-256 over many small pieces. They are gathered first, because each call of the library costs more than hashing a piece.</summary>
/// <remarks>Owns: a rented buffer. Thread: one at a time.</remarks>
internal sealed class PageDigest : IDisposable
{
    private const int GatheredBytes = 8 * 1024;

    private readonly byte[] _gathered = ArrayPool<byte>.Shared.Rent(GatheredBytes);
    private IncrementalHash? _hash; // once there is more
    private int _length;

    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > _gathered.Length - _length)
        {
            _hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            _hash.AppendData(_gathered, 0, _length);
            _length = 0;
            if (piece.Length > _gathered.Length)
            {
                _hash.AppendData(piece);
                return;
            }
        }

        piece.CopyTo(_gathered.AsSpan(_length));
        _length += piece.Length;
    }

    /// <summary>Of everything. Once.</summary>
    public byte[] Finish()
    {
        if (_hash is null)
        {
            return SHA256.HashData(_gathered.AsSpan(0, _length));
        }

        _hash.AppendData(_gathered, 0, _length);
        return _hash.GetHashAndReset();
    }

    public void Dispose()
    {
        _hash?.Dispose();
        ArrayPool<byte>.Shared.Return(_gathered);
    }
}
