using System.Buffers;
using System.Text.Unicode;

namespace DocService.Api.Fields;

/// <summary>
/// The part of Structured Field Values (RFC 9651) that this server reads: a dictionary of byte sequences, and an item
/// that is a token or a string. Parameters are parsed and left aside.
/// </summary>
internal ref struct StructuredFields(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> Base64Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    private ReadOnlySpan<char> _rest = text;

    /// <summary>A dictionary whose members are byte sequences; null when malformed. Of repeated keys the last counts (4.2.2).</summary>
    public static Dictionary<string, byte[]>? ParseByteSequences(string text)
    {
        var parser = new StructuredFields(text);
        var members = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        parser.SkipSpaces();
        while (!parser._rest.IsEmpty)
        {
            if (!parser.TryKey(out string? key) || !parser.TryConsume('=') || !parser.TryByteSequence(out byte[]? value) || !parser.TryParameters())
            {
                return null;
            }

            members[key!] = value!;
            parser.SkipOptionalWhiteSpace();
            if (parser._rest.IsEmpty)
            {
                break;
            }

            if (!parser.TryConsume(','))
            {
                return null;
            }

            parser.SkipOptionalWhiteSpace();
            if (parser._rest.IsEmpty)
            {
                return null; // a trailing comma
            }
        }

        return members;
    }

    /// <summary>An item that is a token; null when malformed.</summary>
    public static string? ParseToken(string text)
    {
        var parser = new StructuredFields(text);
        parser.SkipSpaces();
        if (!parser.TryToken(out string? token) || !parser.TryParameters())
        {
            return null;
        }

        parser.SkipSpaces();
        return parser._rest.IsEmpty ? token : null;
    }

    /// <summary>An item that is a string; null when malformed.</summary>
    public static string? ParseString(string text)
    {
        var parser = new StructuredFields(text);
        parser.SkipSpaces();
        ReadOnlySpan<char> start = parser._rest;
        if (start is not ['"', ..] || !parser.TryString())
        {
            return null;
        }

        ReadOnlySpan<char> quoted = start[1..(start.Length - parser._rest.Length - 1)];
        if (!parser.TryParameters())
        {
            return null;
        }

        parser.SkipSpaces();
        return parser._rest.IsEmpty ? Unescape(quoted) : null;
    }

    private static string Unescape(ReadOnlySpan<char> quoted)
    {
        var value = new System.Text.StringBuilder(quoted.Length);
        for (int position = 0; position < quoted.Length; position++)
        {
            position += quoted[position] == '\\' ? 1 : 0;
            value.Append(quoted[position]);
        }

        return value.ToString();
    }

    private void SkipSpaces() => _rest = _rest.TrimStart(' ');

    private void SkipOptionalWhiteSpace() => _rest = _rest.TrimStart(" \t");

    private bool TryConsume(char expected)
    {
        if (_rest.IsEmpty || _rest[0] != expected)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    private bool TryKey(out string? key)
    {
        key = null;
        int length = 0;
        while (length < _rest.Length && (char.IsAsciiLetterLower(_rest[length]) || _rest[length] == '*'
            || (length > 0 && (char.IsAsciiDigit(_rest[length]) || _rest[length] is '_' or '-' or '.'))))
        {
            length++;
        }

        if (length == 0)
        {
            return false;
        }

        key = _rest[..length].ToString();
        _rest = _rest[length..];
        return true;
    }

    private bool TryByteSequence(out byte[]? value)
    {
        value = null;
        if (!TryConsume(':'))
        {
            return false;
        }

        int end = _rest.IndexOf(':');
        if (end < 0 || !TryDecode(_rest[..end], out value))
        {
            return false;
        }

        _rest = _rest[(end + 1)..];
        return true;
    }

    /// <summary>Base64 with its padding or without, whatever its pad bits: a parser should refuse neither (4.2.7).</summary>
    private static bool TryDecode(ReadOnlySpan<char> base64, out byte[]? value)
    {
        value = null;
        ReadOnlySpan<char> digits = base64.TrimEnd('=');
        int missing = -digits.Length & 3;
        int padding = base64.Length - digits.Length;
        if (missing == 3 || (padding > 0 && padding != missing) || digits.ContainsAnyExcept(Base64Digits))
        {
            return false;
        }

        value = Convert.FromBase64String(string.Concat(digits, "==".AsSpan(0, missing)));
        return true;
    }

    private bool TryToken(out string? token)
    {
        const string Marks = "!#$%&'*+-.^_`|~:/";
        token = null;
        if (_rest.IsEmpty || !(char.IsAsciiLetter(_rest[0]) || _rest[0] == '*'))
        {
            return false;
        }

        int length = 1;
        while (length < _rest.Length && (char.IsAsciiLetterOrDigit(_rest[length]) || Marks.Contains(_rest[length], StringComparison.Ordinal)))
        {
            length++;
        }

        token = _rest[..length].ToString();
        _rest = _rest[length..];
        return true;
    }

    private bool TryParameters()
    {
        while (TryConsume(';'))
        {
            SkipSpaces();
            if (!TryKey(out _) || (TryConsume('=') && !TryBareItem()))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryBareItem()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        return _rest[0] switch
        {
            ':' => TryByteSequence(out _),
            '"' => TryString(),
            '?' => TryBoolean(),
            '@' => TryDate(),
            '%' => TryDisplayString(),
            _ when char.IsAsciiLetter(_rest[0]) || _rest[0] == '*' => TryToken(out _),
            _ => TryNumber(),
        };
    }

    private bool TryString()
    {
        for (int position = 1; position < _rest.Length; position++)
        {
            char character = _rest[position];
            if (character == '"')
            {
                _rest = _rest[(position + 1)..];
                return true;
            }

            if (character is < ' ' or > '~' || (character == '\\' && (++position >= _rest.Length || _rest[position] is not ('"' or '\\'))))
            {
                return false;
            }
        }

        return false;
    }

    private bool TryBoolean()
    {
        bool isBoolean = _rest.Length > 1 && _rest[1] is '0' or '1';
        _rest = isBoolean ? _rest[2..] : _rest;
        return isBoolean;
    }

    /// <summary>An integer of up to 15 digits, or a decimal of up to 12 and 3 (4.2.4).</summary>
    private bool TryNumber()
    {
        int start = _rest[0] == '-' ? 1 : 0;
        int whole = Digits(_rest[start..]);
        int length = start + whole;
        int fraction = length < _rest.Length && _rest[length] == '.' ? Digits(_rest[(length + 1)..]) : -1;
        if (whole == 0 || (fraction < 0 ? whole > 15 : whole > 12 || fraction is 0 or > 3))
        {
            return false;
        }

        _rest = _rest[(length + 1 + fraction)..];
        return true;
    }

    /// <summary>@ and an integer (4.2.9).</summary>
    private bool TryDate()
    {
        _rest = _rest[1..];
        int sign = _rest is ['-', ..] ? 1 : 0;
        int digits = Digits(_rest[sign..]);
        bool isDate = digits is >= 1 and <= 15;
        _rest = isDate ? _rest[(sign + digits)..] : _rest;
        return isDate && _rest is not ['.', ..];
    }

    /// <summary>%"…" with lower-case percent-escapes of UTF-8 (4.2.10).</summary>
    private bool TryDisplayString()
    {
        if (_rest is not ['%', '"', ..])
        {
            return false;
        }

        var bytes = new List<byte>();
        for (int position = 2; position < _rest.Length; position++)
        {
            char character = _rest[position];
            if (character == '"')
            {
                _rest = _rest[(position + 1)..];
                return Utf8.IsValid(bytes.ToArray());
            }

            if (character is < ' ' or > '~')
            {
                return false;
            }

            if (character != '%')
            {
                bytes.Add((byte)character);
                continue;
            }

            if (_rest[(position + 1)..] is not [var high, var low, ..] || !char.IsAsciiHexDigitLower(high) || !char.IsAsciiHexDigitLower(low))
            {
                return false;
            }

            bytes.Add((byte)((char.IsAsciiDigit(high) ? high - '0' : high - 'a' + 10) * 16 + (char.IsAsciiDigit(low) ? low - '0' : low - 'a' + 10)));
            position += 2;
        }

        return false;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
