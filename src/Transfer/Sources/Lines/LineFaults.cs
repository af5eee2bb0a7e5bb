using System.Globalization;
using System.Text.Json;

namespace DocService.Transfer.Sources.Lines;

/// <summary>What is said of lines that no document can be made of.</summary>
internal static class LineFaults
{
    public const string TooLong = "the line is longer than any document: 256 MiB";

    /// <param name="exception">Of the line alone.</param>
    /// <param name="isEnded">The line has a line break.</param>
    public static string NotJson(JsonException exception, bool isEnded) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(isEnded ? "the line is not JSON" : "the last line is not JSON, or cut short")}, at its byte {(exception.BytePositionInLine ?? 0) + 1}");
}
