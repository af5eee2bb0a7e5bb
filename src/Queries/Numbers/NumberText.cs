using System.Globalization;
using System.Numerics;

namespace DocService.Queries.Numbers;

/// <summary>Spells exact decimal numbers as JSON does.</summary>
internal static class NumberText
{
    /// <summary>Up to so many digits a number is written out; beyond, with an exponent.</summary>
    private const int PlainDigitsMax = 40;

    private const int ZerosBeforeDigitsMax = 6;

    /// <summary><paramref name="mantissa"/> × 10^<paramref name="exponent"/>.</summary>
    public static string Of(BigInteger mantissa, int exponent)
    {
        if (mantissa.IsZero)
        {
            return "0";
        }

        string all = BigInteger.Abs(mantissa).ToString(CultureInfo.InvariantCulture);
        string digits = all.TrimEnd('0');
        int point = all.Length + exponent; // digits before the point
        string sign = mantissa.Sign < 0 ? "-" : "";
        if (point > PlainDigitsMax || point <= -ZerosBeforeDigitsMax)
        {
            string fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{point - 1}");
        }

        if (point <= 0)
        {
            return $"{sign}0.{new string('0', -point)}{digits}";
        }

        return digits.Length <= point
            ? $"{sign}{digits}{new string('0', point - digits.Length)}"
            : $"{sign}{digits[..point]}.{digits[point..]}";
    }
}
