using System.Buffers.Text;
using System.Numerics;

namespace DocService.Schemas.Judging;

/// <summary>Numbers that a decimal holds exactly: at most 28 or 29 digits, the last of them not behind the 28th place.</summary>
internal static class ExactDecimal
{
    /// <summary>For messages: so many always fit.</summary>
    public const int Digits = 28;

    private const int DigitsMax = 29;
    private const int PlacesMax = 28;

    /// <summary>No exponent that is larger makes a difference; a text of 16 MiB has no larger count of digits either.</summary>
    private const long ExponentMax = 1_000_000_000;

    private static readonly UInt128 MantissaMax = (UInt128.One << 96) - 1;

    /// <param name="number">A valid JSON number, nothing around it.</param>
    /// <param name="value">What it says, not rounded.</param>
    /// <returns>False where it would be rounded.</returns>
    public static bool TryRead(ReadOnlySpan<byte> number, out decimal value)
    {
        if (number.Length <= Digits && !number.ContainsAny((byte)'e', (byte)'E'))
        {
            return Utf8Parser.TryParse(number, out value, out int read) && read == number.Length;
        }

        value = 0;
        bool isNegative = number[0] == '-';
        int at = isNegative ? 1 : 0;
        UInt128 mantissa = 0;
        long digits = 0; // from the first that is no zero to the last
        long zeros = 0; // behind the last that is none
        long places = 0;
        bool isFraction = false;
        for (; at < number.Length && number[at] is not ((byte)'e' or (byte)'E'); at++)
        {
            if (number[at] == '.')
            {
                isFraction = true;
                continue;
            }

            places += isFraction ? 1 : 0;
            if (number[at] == '0')
            {
                zeros += digits > 0 ? 1 : 0;
                continue;
            }

            digits += zeros + 1;
            if (digits > DigitsMax)
            {
                return false;
            }

            mantissa = (mantissa * PowerOfTen(zeros + 1)) + (uint)(number[at] - '0');
            zeros = 0;
        }

        if (mantissa == 0)
        {
            return Math.Abs(ExponentOf(number[at..])) <= ZeroExponentMax; // the library throws on one that is no int
        }

        return TryMake(isNegative, mantissa, digits, ExponentOf(number[at..]) - places + zeros, out value);
    }

    /// <summary>Nobody writes a zero with more.</summary>
    private const int ZeroExponentMax = 1000;

    /// <summary>Whether the one is the other times an integer, whatever their places.</summary>
    public static bool IsMultiple(decimal value, decimal of)
    {
        int places = Math.Max(value.Scale, of.Scale);
        return (Scaled(value, places) % Scaled(of, places)).IsZero;
    }

    private static BigInteger Scaled(decimal value, int places)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        BigInteger mantissa = unchecked((((new BigInteger((uint)bits[2]) << 32) + (uint)bits[1]) << 32) + (uint)bits[0]);
        return mantissa * BigInteger.Pow(10, places - value.Scale);
    }

    private static bool TryMake(bool isNegative, UInt128 mantissa, long digits, long exponent, out decimal value)
    {
        value = 0;
        if (exponent < -PlacesMax || digits + exponent > DigitsMax)
        {
            return false;
        }

        if (exponent > 0)
        {
            mantissa *= PowerOfTen(exponent);
            exponent = 0;
        }

        if (mantissa > MantissaMax)
        {
            return false;
        }

        value = unchecked(new decimal((int)(uint)mantissa, (int)(uint)(mantissa >> 32), (int)(uint)(mantissa >> 64), isNegative, (byte)-exponent));
        return true;
    }

    /// <summary>What stands behind the "e", as far as it can matter.</summary>
    private static long ExponentOf(ReadOnlySpan<byte> text)
    {
        long exponent = 0;
        foreach (byte digit in text)
        {
            exponent = char.IsAsciiDigit((char)digit) ? Math.Min((exponent * 10) + (digit - '0'), ExponentMax) : exponent;
        }

        return text.Length > 1 && text[1] == '-' ? -exponent : exponent;
    }

    /// <summary>Up to 10^29, which 128 bits hold.</summary>
    private static UInt128 PowerOfTen(long exponent)
    {
        UInt128 power = 1;
        for (; exponent > 0; exponent--)
        {
            power *= 10;
        }

        return power;
    }
}
