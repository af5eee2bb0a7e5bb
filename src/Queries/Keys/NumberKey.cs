using System.Buffers.Binary;
using System.Numerics;
using DocService.Queries.Numbers;

namespace DocService.Queries.Keys;

/// <summary>The bytes of a number: sign, exponent, digits two to a byte. Equal numbers give equal bytes whatever their spelling (docs/index-format.md).</summary>
internal static class NumberKey
{
    /// <summary>Exponents from 0 up to here take one byte.</summary>
    private const long OneByteMax = 0x3F;
    private const byte NotNegative = 0x80;
    private const byte ManyBytes = 0xC0;
    private const byte Huge = 0xD0;

    public static void Write(KeyWriter writer, ExactNumber number)
    {
        if (number.Sign == 0)
        {
            writer.Append(KeyTag.Zero);
            return;
        }

        writer.Append(number.Sign < 0 ? KeyTag.NegativeNumber : KeyTag.PositiveNumber);
        int start = writer.Length;
        WriteExponent(writer, number.Exponent);
        WriteDigits(writer, number);
        if (number.Sign < 0)
        {
            writer.Complement(start);
        }
    }

    private static void WriteExponent(KeyWriter writer, in DecimalExponent exponent)
    {
        int start = writer.Length;
        if (exponent.Digits is { } digits)
        {
            writer.Append(Huge);
            BinaryPrimitives.WriteInt32BigEndian(writer.Reserve(sizeof(int)), digits.Length);
            writer.Append(digits);
        }
        else
        {
            WriteSmall(writer, Math.Abs(exponent.Small));
        }

        if (exponent.IsNegative)
        {
            writer.Complement(start);
        }
    }

    private static void WriteSmall(KeyWriter writer, long magnitude)
    {
        if (magnitude <= OneByteMax)
        {
            writer.Append((byte)(NotNegative + magnitude));
            return;
        }

        int bytes = (71 - BitOperations.LeadingZeroCount((ulong)magnitude)) / 8;
        writer.Append((byte)(ManyBytes + bytes));
        for (int i = bytes - 1; i >= 0; i--)
        {
            writer.Append((byte)((magnitude >> (8 * i)) & 0xFF));
        }
    }

    /// <summary>Pairs of digits as 1 to 100, an odd last digit with a 0 behind it; then 0, which is below every pair.</summary>
    private static void WriteDigits(KeyWriter writer, ExactNumber number)
    {
        int count = number.DigitCount;
        Span<byte> pairs = writer.Reserve((count + 1) / 2 + 1);
        for (int i = 0; i < count; i += 2)
        {
            int units = i + 1 < count ? number.Digit(i + 1) - '0' : 0;
            pairs[i / 2] = (byte)((number.Digit(i) - '0') * 10 + units + 1);
        }

        pairs[^1] = 0;
    }
}
