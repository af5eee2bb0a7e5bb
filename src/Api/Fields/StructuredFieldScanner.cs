using System.Buffers;
using System.Text.Unicode;

namespace DocService.Api.Fields;

/// <summary>Reads the text of a structured field from left to right, one part of its grammar at a time (RFC 9651, 4.2).</summary>
/// <remarks>Each Try… takes its part off the text, or returns false: then the field is malformed, and nothing more is asked of it.</remarks>
internal ref struct StructuredFieldScanner(ReadOnlySpan<char> text)
{
    private static readonly SearchValues<char> Base64Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    /// <summary>What has not been read yet.</summary>
    public ReadOnlySpan<char> Rest { get; private set; } = text;

    public void SkipSpaces() => Rest = Rest.TrimStart(' ');

    public void SkipOptionalWhiteSpace() => Rest = Rest.TrimStart(" \t");

    public bool TryConsume(char expected)
    {
        if (Rest.IsEmpty || Rest[0] != expected)
        {
            return false;
        }

        Rest = Rest[1..];
        return true;
    }

    /// <summary>The key of a member or a parameter (4.2.3.3).</summary>
    public bool TryKey(out string? key)
    {
        key = null;
        int length = 0;
        while (length < Rest.Length && (char.IsAsciiLetterLower(Rest[length]) || Rest[length] == '*'
            || (length > 0 && (char.IsAsciiDigit(Rest[length]) || Rest[length] is '_' or '-' or '.'))))
        {
            length++;
        }

        if (length == 0)
        {
            return false;
        }

        key = Rest[..length].ToString();
        Rest = Rest[length..];
        return true;
    }

    /// <summary>Base64 between colons (4.2.7).</summary>
    public bool TryByteSequence(out byte[]? value)
    {
        value = null;
        if (!TryConsume(':'))
        {
            return false;
        }

        int end = Rest.IndexOf(':');
        if (end < 0 || !TryDecode(Rest[..end], out value))
        {
            return false;
        }

        Rest = Rest[(end + 1)..];
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

    /// <summary>4.2.6.</summary>
    public bool TryToken(out string? token)
    {
        const string Marks = "!#$%&'*+-.^_`|~:/";
        token = null;
        if (Rest.IsEmpty || !(char.IsAsciiLetter(Rest[0]) || Rest[0] == '*'))
        {
            return false;
        }

        int length = 1;
        while (length < Rest.Length && (char.IsAsciiLetterOrDigit(Rest[length]) || Marks.Contains(Rest[length], StringComparison.Ordinal)))
        {
            length++;
        }

        token = Rest[..length].ToString();
        Rest = Rest[length..];
        return true;
    }

    /// <summary>All that follow (4.2.3.2); what they say is left aside.</summary>
    public bool TryParameters()
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
        if (Rest.IsEmpty)
        {
            return false;
        }

        return Rest[0] switch
        {
            ':' => TryByteSequence(out _),
            '"' => TryString(),
            '?' => TryBoolean(),
            '@' => TryDate(),
            '%' => TryDisplayString(),
            _ when char.IsAsciiLetter(Rest[0]) || Rest[0] == '*' => TryToken(out _),
            _ => TryNumber(),
        };
    }

    /// <summary>From one quotation mark to the other (4.2.5).</summary>
    public bool TryString()
    {
        for (int position = 1; position < Rest.Length; position++)
        {
            char character = Rest[position];
            if (character == '"')
            {
                Rest = Rest[(position + 1)..];
                return true;
            }

            if (character is < ' ' or > '~' || (character == '\\' && (++position >= Rest.Length || Rest[position] is not ('"' or '\\'))))
            {
                return false;
            }
        }

        return false;
    }

    private bool TryBoolean()
    {
        bool isBoolean = Rest.Length > 1 && Rest[1] is '0' or '1';
        Rest = isBoolean ? Rest[2..] : Rest;
        return isBoolean;
    }

    /// <summary>An integer of up to 15 digits, or a decimal of up to 12 and 3 (4.2.4).</summary>
    private bool TryNumber()
    {
        int start = Rest[0] == '-' ? 1 : 0;
        int whole = Digits(Rest[start..]);
        int length = start + whole;
        int fraction = length < Rest.Length && Rest[length] == '.' ? Digits(Rest[(length + 1)..]) : -1;
        if (whole == 0 || (fraction < 0 ? whole > 15 : whole > 12 || fraction is 0 or > 3))
        {
            return false;
        }

        Rest = Rest[(length + 1 + fraction)..];
        return true;
    }

    /// <summary>@ and an integer (4.2.9).</summary>
    private bool TryDate()
    {
        Rest = Rest[1..];
        int sign = Rest is ['-', ..] ? 1 : 0;
        int digits = Digits(Rest[sign..]);
        bool isDate = digits is >= 1 and <= 15;
        Rest = isDate ? Rest[(sign + digits)..] : Rest;
        return isDate && Rest is not ['.', ..];
    }

    /// <summary>%"…" with lower-case percent-escapes of UTF-8 (4.2.10).</summary>
    private bool TryDisplayString()
    {
        if (Rest is not ['%', '"', ..])
        {
            return false;
        }

        var bytes = new List<byte>();
        for (int position = 2; position < Rest.Length; position++)
        {
            char character = Rest[position];
            if (character == '"')
            {
                Rest = Rest[(position + 1)..];
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

            if (Rest[(position + 1)..] is not [var high, var low, ..] || !char.IsAsciiHexDigitLower(high) || !char.IsAsciiHexDigitLower(low))
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
