using System.Text;

namespace DocService.Approaches;

/// <summary>The users of a run: a file of JSON lines in the order of ids. Number n always has the same bytes in an edition.</summary>
internal static class UserFile
{
    /// <summary>Of a user's JSON, without the line break, where no other number is asked for.</summary>
    public const int UserBytes = 150;

    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";
    private const int LetterBits = 5;

    private static readonly string[] Countries = ["NO", "SE", "DK", "FI", "IS", "DE", "FR", "PT"];

    public static string Id(int number) => $"u{number:D7}";

    /// <summary>Not in the order of ids.</summary>
    public static string Email(int number) => $"{unchecked((uint)number * 2654435761u):x8}.{number:D7}@example.com";

    /// <summary>The user's JSON, filled up to so many bytes by a name of random letters, which do not compress. The next edition is a year older.</summary>
    public static string Json(int number, int bytes = UserBytes, int edition = 0)
    {
        string head = $$"""{"id":"{{Id(number)}}","email":"{{Email(number)}}","country":"{{Countries[number % Countries.Length]}}","age":{{18 + ((number + edition) % 70)}},"name":"User {{number}} """;
        return string.Create(Math.Max(bytes, head.Length + 2), (head, number, edition), static (text, user) =>
        {
            user.head.CopyTo(text);
            FillRandom(text[user.head.Length..^2], ((ulong)user.edition << 32) + (uint)user.number);
            "\"}".CopyTo(text[^2..]);
        });
    }

    public static void Write(string path, int users, int bytes)
    {
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 20) { NewLine = "\n" };
        for (int number = 0; number < users; number++)
        {
            file.WriteLine(Json(number, bytes));
        }
    }

    /// <summary>SplitMix64: good enough to be incompressible, and the same in every run.</summary>
    private static void FillRandom(Span<char> text, ulong seed)
    {
        ulong bits = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (at % (64 / LetterBits) == 0)
            {
                seed = unchecked(seed + 0x9E3779B97F4A7C15);
                bits = unchecked((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9);
                bits = unchecked((bits ^ (bits >> 27)) * 0x94D049BB133111EB);
            }

            text[at] = Letters[(int)(bits >> (64 - LetterBits))];
            bits <<= LetterBits;
        }
    }
}
