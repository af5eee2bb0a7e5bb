namespace DocService.Queries.Numbers;

/// <summary>
/// A number as JSON spells it: sign, significant digits, exponent. The number itself is never built, so 1e400,
/// 0.1 and 9007199254740993 are exact, and 1e99999999999999999999 costs no more than its 22 characters.
/// Value = ± 0.DIGITS × 10^Exponent, where DIGITS neither begins nor ends with a zero.
/// </summary>
internal readonly ref struct ExactNumber
{
    /// <summary>Of the longest 64-bit integer.</summary>
    private const int LongDigits = 19;

    private readonly ReadOnlySpan<byte> _head; // the digits before the point
    private readonly ReadOnlySpan<byte> _tail; // and those behind it

    private ExactNumber(int sign, ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail, DecimalExponent exponent)
    {
        Sign = sign;
        _head = head;
        _tail = tail;
        Exponent = exponent;
    }

    /// <summary>-1, 0 or 1; zero has no digits, whatever its spelling (0, -0.0, 0e9).</summary>
    public int Sign { get; }

    public DecimalExponent Exponent { get; }

    public int DigitCount => _head.Length + _tail.Length;

    /// <summary>ASCII; <paramref name="index"/> counts from the first significant digit.</summary>
    public byte Digit(int index) => index < _head.Length ? _head[index] : _tail[index - _head.Length];

    /// <summary>Zero, and every number whose digits all stand before the point: 5, 5.0 and 0.5e1.</summary>
    public bool IsInteger => Sign == 0 || (Exponent.IsHuge ? !Exponent.IsNegative : Exponent.Small >= DigitCount);

    /// <summary>False unless the number is an integer of 64 bits.</summary>
    public bool TryGetInteger(out long integer)
    {
        integer = 0;
        if (Sign == 0)
        {
            return true;
        }

        if (!IsInteger || Exponent.IsHuge || Exponent.Small > LongDigits)
        {
            return false;
        }

        Int128 value = 0;
        for (int i = 0; i < (int)Exponent.Small; i++)
        {
            value = value * 10 + (i < DigitCount ? Digit(i) - '0' : 0);
        }

        value *= Sign;
        bool fits = value >= long.MinValue && value <= long.MaxValue;
        integer = fits ? (long)value : 0;
        return fits;
    }

    /// <param name="json">A valid JSON number, nothing around it. The result reads from these bytes.</param>
    public static ExactNumber Read(ReadOnlySpan<byte> json)
    {
        bool negative = json[0] == '-';
        ReadOnlySpan<byte> rest = negative ? json[1..] : json;
        int end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        ReadOnlySpan<byte> head = end < 0 ? rest : rest[..end];
        ReadOnlySpan<byte> tail = default;
        rest = end < 0 ? default : rest[end..];
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            end = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            tail = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[end..];
        }

        if (head[0] == '0')
        {
            head = default;
        }

        tail = tail[..(tail.LastIndexOfAnyExcept((byte)'0') + 1)];
        long point = head.Length;
        if (head.IsEmpty)
        {
            int zeros = Math.Max(tail.IndexOfAnyExcept((byte)'0'), 0);
            tail = tail[zeros..];
            point = -zeros;
        }

        if (tail.IsEmpty)
        {
            head = head[..(head.LastIndexOfAnyExcept((byte)'0') + 1)];
            if (head.IsEmpty)
            {
                return default;
            }
        }

        return new ExactNumber(negative ? -1 : 1, head, tail, ReadExponent(rest, point));
    }

    /// <summary>Less than, equal to or greater than zero, as <paramref name="one"/> is to <paramref name="other"/>.</summary>
    public static int Compare(ExactNumber one, ExactNumber other)
    {
        if (one.Sign != other.Sign || one.Sign == 0)
        {
            return one.Sign.CompareTo(other.Sign);
        }

        int magnitude = DecimalExponent.Compare(one.Exponent, other.Exponent);
        return one.Sign * (magnitude != 0 ? magnitude : Math.Sign(CompareDigits(one, other)));
    }

    private static int CompareDigits(ExactNumber one, ExactNumber other)
    {
        if (one._tail.IsEmpty && other._tail.IsEmpty)
        {
            return one._head.SequenceCompareTo(other._head);
        }

        int count = Math.Min(one.DigitCount, other.DigitCount);
        for (int i = 0; i < count; i++)
        {
            if (one.Digit(i) != other.Digit(i))
            {
                return one.Digit(i) - other.Digit(i);
            }
        }

        return one.DigitCount.CompareTo(other.DigitCount);
    }

    private static DecimalExponent ReadExponent(ReadOnlySpan<byte> text, long point)
    {
        if (text.IsEmpty)
        {
            return DecimalExponent.Of(point);
        }

        text = text[1..]; // the letter
        bool negative = text[0] == '-';
        return DecimalExponent.Read(negative || text[0] == '+' ? text[1..] : text, negative, point);
    }
}
