using System.Text;

namespace DocService.Approaches;

/// <summary>The users of a run: a file of JSON lines in the order of ids. Number n always has the same bytes.</summary>
internal static class UserFile
{
    /// <summary>Of a user's JSON, without the line break.</summary>
    public const int UserBytes = 150;

    private static readonly string[] Countries = ["NO", "SE", "DK", "FI", "IS", "DE", "FR", "PT"];

    public static string Id(int number) => $"u{number:D7}";

    /// <summary>Not in the order of ids.</summary>
    public static string Email(int number) => $"{unchecked((uint)number * 2654435761u):x8}.{number:D7}@example.com";

    /// <summary>The user's JSON, filled up to <see cref="UserBytes"/> by the name.</summary>
    public static string Json(int number)
    {
        string head = $$"""{"id":"{{Id(number)}}","email":"{{Email(number)}}","country":"{{Countries[number % Countries.Length]}}","age":{{18 + (number % 70)}},"name":"User {{number}} """;
        return head.PadRight(UserBytes - 2, 'x') + "\"}";
    }

    public static void Write(string path, int users)
    {
        using var file = new StreamWriter(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 20) { NewLine = "\n" };
        for (int number = 0; number < users; number++)
        {
            file.WriteLine(Json(number));
        }
    }
}
