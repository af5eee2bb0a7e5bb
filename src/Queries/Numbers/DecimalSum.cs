using System.Globalization;
using System.Numerics;
using System.Text;

namespace DocService.Queries.Numbers;

/// <summary>
/// Adds numbers exactly. Numbers with a digit above 10^400 or below 10^-400 are counted instead: with them the sum could
/// have any number of digits.
/// Owns: the sum so far, at most some 420 bytes. Thread: one at a time.
/// </summary>
internal sealed class DecimalSum
{
    private const int Reach = 400;

    /// <summary>Most numbers have few digits near the point; they are added in units of 10^-9, in 128 bits.</summary>
    private const int SmallPlaces = 9;
    private const int SmallDigits = 18;

    /// <summary>Of an average.</summary>
    private const int SignificantDigits = 34;

    private static readonly Int128 SmallMax = Int128.MaxValue / 4;
    private static readonly BigInteger SmallToBig = BigInteger.Pow(10, Reach - SmallPlaces);

    private BigInteger _big; // in units of 10^-400
    private Int128 _small; // in units of 10^-9

    public long Count { get; private set; }

    /// <summary>Numbers out of reach.</summary>
    public long Inexact { get; private set; }

    public void Add(ExactNumber number)
    {
        if (number.Sign == 0)
        {
            Count++;
            return;
        }

        if (number.Exponent.IsHuge || number.Exponent.Small - 1 > Reach || number.Exponent.Small - number.DigitCount < -Reach)
        {
            Inexact++;
            return;
        }

        Count++;
        int exponent = (int)number.Exponent.Small;
        int last = exponent - number.DigitCount; // the last digit stands for 10^last
        if (exponent <= SmallDigits && last >= -SmallPlaces)
        {
            AddSmall(number, last);
        }
        else
        {
            _big += number.Sign * Mantissa(number) * BigInteger.Pow(10, last + Reach);
        }
    }

    /// <summary>Null: no number, or one out of reach.</summary>
    public string? Sum() => Count == 0 || Inexact > 0 ? null : NumberText.Of(Total(), -Reach);

    /// <summary>Rounded to 34 digits, half to even. Null as above.</summary>
    public string? Average()
    {
        if (Count == 0 || Inexact > 0)
        {
            return null;
        }

        BigInteger total = Total();
        BigInteger magnitude = BigInteger.Abs(total);
        int shift = Math.Max(0, SignificantDigits + 2 - (Digits(magnitude) - Digits(Count)));
        var quotient = BigInteger.DivRem(magnitude * BigInteger.Pow(10, shift), Count, out BigInteger rest);
        int dropped = Math.Max(0, Digits(quotient) - SignificantDigits);
        var unit = BigInteger.Pow(10, dropped);
        var rounded = BigInteger.DivRem(quotient, unit, out BigInteger tail);
        int half = (tail * 2).CompareTo(unit);
        bool isAboveHalf = half > 0 || (half == 0 && !rest.IsZero);
        if (dropped > 0 && (isAboveHalf || (half == 0 && !rounded.IsEven)))
        {
            rounded += 1;
        }

        return NumberText.Of(rounded * total.Sign, dropped - shift - Reach);
    }

    private BigInteger Total() => _big + (BigInteger)_small * SmallToBig;

    private void AddSmall(ExactNumber number, int last)
    {
        Int128 value = 0;
        for (int i = 0; i < number.DigitCount; i++)
        {
            value = value * 10 + (number.Digit(i) - '0');
        }

        for (int place = last; place > -SmallPlaces; place--)
        {
            value *= 10;
        }

        _small += number.Sign * value;
        if (Int128.Abs(_small) > SmallMax)
        {
            _big += (BigInteger)_small * SmallToBig;
            _small = 0;
        }
    }

    private static BigInteger Mantissa(ExactNumber number)
    {
        var text = new StringBuilder(number.DigitCount);
        for (int i = 0; i < number.DigitCount; i++)
        {
            text.Append((char)number.Digit(i));
        }

        return BigInteger.Parse(text.ToString(), CultureInfo.InvariantCulture);
    }

    private static int Digits(BigInteger value) => value.IsZero ? 1 : value.ToString(CultureInfo.InvariantCulture).Length;
}
