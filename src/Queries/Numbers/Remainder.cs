namespace DocService.Queries.Numbers;

/// <summary>The remainder of an integer of any size by a <see cref="long"/>, for <c>$mod</c>. 1e1000000 is never written out: powers of ten are taken modulo the divisor.</summary>
internal static class Remainder
{
    /// <summary>Decimal digits that are taken in at once.</summary>
    private const int ChunkDigits = 18;

    /// <summary>Truncated division, as MongoDB's and C#'s: the result has the sign of the number.</summary>
    /// <param name="number">An integer.</param>
    /// <param name="divisor">Not 0.</param>
    /// <param name="limit">Asked now and then: exponents may have millions of digits of their own.</param>
    public static long Of(ExactNumber number, long divisor, SearchLimit limit)
    {
        if (number.Sign == 0)
        {
            return 0;
        }

        ulong modulus = divisor < 0 ? (ulong)-(Int128)divisor : (ulong)divisor;
        ulong rest = DigitsModulo(number, modulus, limit);
        DecimalExponent exponent = number.Exponent;
        ulong power = exponent.IsHuge
            ? HugePower(exponent.Digits, number.DigitCount, modulus, limit)
            : Power(10 % modulus, (ulong)(exponent.Small - number.DigitCount), modulus);
        rest = Multiply(rest, power, modulus);
        return number.Sign < 0 ? (long)-(Int128)rest : (long)rest;
    }

    private static ulong DigitsModulo(ExactNumber number, ulong modulus, SearchLimit limit)
    {
        ulong rest = 0;
        for (int i = 0; i < number.DigitCount;)
        {
            ulong chunk = 0;
            ulong scale = 1;
            for (int end = Math.Min(i + ChunkDigits, number.DigitCount); i < end; i++)
            {
                chunk = chunk * 10 + (ulong)(number.Digit(i) - '0');
                scale *= 10;
            }

            rest = (ulong)(((UInt128)rest * scale + chunk) % modulus);
            limit.Step();
        }

        return rest;
    }

    /// <summary>10^(E - shift) for an E given by its digits, read from the left: x^(10q + d) = (x^q)^10 · x^d.</summary>
    private static ulong HugePower(ReadOnlySpan<byte> digits, int shift, ulong modulus, SearchLimit limit)
    {
        DecimalExponent whole = DecimalExponent.Read(digits, negative: false, -shift);
        ReadOnlySpan<byte> text = whole.Digits;
        if (!whole.IsHuge)
        {
            return Power(10 % modulus, (ulong)whole.Small, modulus);
        }

        ulong result = 1 % modulus;
        foreach (byte digit in text)
        {
            result = Multiply(Power(result, 10, modulus), Power(10 % modulus, (ulong)(digit - '0'), modulus), modulus);
            limit.Step();
        }

        return result;
    }

    private static ulong Power(ulong value, ulong exponent, ulong modulus)
    {
        ulong result = 1 % modulus;
        for (; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0)
            {
                result = Multiply(result, value, modulus);
            }

            value = Multiply(value, value, modulus);
        }

        return result;
    }

    private static ulong Multiply(ulong one, ulong other, ulong modulus) => (ulong)((UInt128)one * other % modulus);
}
