using System.Globalization;
using System.Text;

namespace DocService.Queries.Numbers;

/// <summary>
/// A power of ten of any size. Most fit a <see cref="long"/>; one that does not is held as its decimal digits, as it
/// was spelled, and is never built as a number. Each value has exactly one form: digits only from 10^18 on.
/// </summary>
internal readonly struct DecimalExponent
{
    /// <summary>So many digits always fit a long, with room for the position of the point beside them.</summary>
    private const int SmallDigits = 18;

    private const long SmallLimit = 1_000_000_000_000_000_000;

    private DecimalExponent(long small) => Small = small;

    private DecimalExponent(byte[] digits, bool negative)
    {
        Digits = digits;
        HugeIsNegative = negative;
    }

    /// <summary>The value, when <see cref="IsHuge"/> is false; always below 10^18 either way.</summary>
    public long Small { get; }

    /// <summary>The magnitude's ASCII digits, without leading zeros, when the value has 19 digits or more.</summary>
    public byte[]? Digits { get; }

    public bool HugeIsNegative { get; }

    public bool IsHuge => Digits is not null;

    public bool IsNegative => IsHuge ? HugeIsNegative : Small < 0;

    /// <summary><paramref name="digits"/> as they stand behind an "e", plus the position of the number's point.</summary>
    public static DecimalExponent Read(ReadOnlySpan<byte> digits, bool negative, long point)
    {
        int first = digits.IndexOfAnyExcept((byte)'0');
        if (first < 0)
        {
            return Of(point);
        }

        digits = digits[first..];
        if (digits.Length > SmallDigits)
        {
            return AddToHuge(digits, negative, point);
        }

        long value = 0;
        foreach (byte digit in digits)
        {
            value = value * 10 + (digit - '0');
        }

        return Of((negative ? -value : value) + point);
    }

    public static DecimalExponent Of(long value) => value is > -SmallLimit and < SmallLimit
        ? new DecimalExponent(value)
        : new DecimalExponent(Encoding.ASCII.GetBytes(Int128.Abs(value).ToString(CultureInfo.InvariantCulture)), value < 0);

    public static int Compare(in DecimalExponent one, in DecimalExponent other)
    {
        if (!one.IsHuge && !other.IsHuge)
        {
            return one.Small.CompareTo(other.Small);
        }

        if (one.IsNegative != other.IsNegative)
        {
            return one.IsNegative ? -1 : 1;
        }

        int magnitude = (one.Digits?.Length ?? 0).CompareTo(other.Digits?.Length ?? 0);
        if (magnitude == 0)
        {
            magnitude = one.Digits.AsSpan().SequenceCompareTo(other.Digits);
        }

        return one.IsNegative ? -magnitude : magnitude;
    }

    /// <summary>The magnitude has 19 digits or more and the point less than 18, so the sign stays.</summary>
    private static DecimalExponent AddToHuge(ReadOnlySpan<byte> magnitude, bool negative, long point)
    {
        byte[] sum = new byte[magnitude.Length + 1];
        sum[0] = (byte)'0';
        magnitude.CopyTo(sum.AsSpan(1));
        long carry = negative ? -point : point;
        for (int i = sum.Length - 1; carry != 0; i--)
        {
            long digit = sum[i] - '0' + carry % 10;
            carry /= 10;
            if (digit < 0)
            {
                digit += 10;
                carry--;
            }
            else if (digit > 9)
            {
                digit -= 10;
                carry++;
            }

            sum[i] = (byte)('0' + digit);
        }

        ReadOnlySpan<byte> digits = sum.AsSpan(sum.AsSpan().IndexOfAnyExcept((byte)'0'));
        return digits.Length > SmallDigits
            ? new DecimalExponent(digits.ToArray(), negative)
            : Read(digits, negative, 0);
    }
}
