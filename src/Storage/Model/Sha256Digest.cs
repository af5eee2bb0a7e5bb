using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DocService.Storage.Model;

/// <summary>A SHA-256 value (FIPS 180-4), held in place: 32 bytes, no allocation.</summary>
public readonly record struct Sha256Digest : IComparable<Sha256Digest>
{
    /// <summary>Length in bytes.</summary>
    public const int Bytes = 32;

    /// <summary>Keeps anyone from preparing values that meet in one bucket: any bits of a SHA-256 are as good as others, until somebody chooses them.</summary>
    private static readonly ulong Secret = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ArgumentException">Another length.</exception>
    public Sha256Digest(ReadOnlySpan<byte> value)
    {
        if (value.Length != Bytes)
        {
            throw new ArgumentException($"A SHA-256 value has {Bytes} bytes, not {value.Length}.", nameof(value));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(value);
        _b = BinaryPrimitives.ReadUInt64BigEndian(value[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(value[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(value[24..]);
    }

    /// <summary>Computes the digest of the bytes.</summary>
    public static Sha256Digest Of(ReadOnlySpan<byte> data)
    {
        Span<byte> value = stackalloc byte[Bytes];
        SHA256.HashData(data, value);
        return new Sha256Digest(value);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The order of the bytes: the one in which locks are taken.</summary>
    public int CompareTo(Sha256Digest other) =>
        _a != other._a ? _a.CompareTo(other._a)
        : _b != other._b ? _b.CompareTo(other._b)
        : _c != other._c ? _c.CompareTo(other._c)
        : _d.CompareTo(other._d);

    public static bool operator <(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) < 0;

    public static bool operator <=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) <= 0;

    public static bool operator >(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) > 0;

    public static bool operator >=(Sha256Digest left, Sha256Digest right) => left.CompareTo(right) >= 0;

    /// <summary>The first byte.</summary>
    internal byte First => (byte)(_a >> 56);

    /// <summary>Different in each process.</summary>
    public override int GetHashCode() => unchecked((int)((_a * Secret) >> 32));

    /// <summary>64 lower-case hexadecimal digits, as sha256sum prints them.</summary>
    public override string ToString()
    {
        Span<byte> value = stackalloc byte[Bytes];
        CopyTo(value);
        return Convert.ToHexStringLower(value);
    }
}
