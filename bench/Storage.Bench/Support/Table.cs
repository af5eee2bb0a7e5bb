using System.Globalization;

namespace DocService.Storage.Bench.Support;

/// <summary>A Markdown table, written row by row so that a long run shows where it is.</summary>
internal sealed class Table
{
    public Table(string title, params string[] columns)
    {
        Console.WriteLine();
        Console.WriteLine($"### {title}");
        Console.WriteLine();
        Console.WriteLine($"| {string.Join(" | ", columns)} |");
        Console.WriteLine($"|{string.Concat(columns.Select((_, index) => index == 0 ? "---|" : "---:|"))}");
    }

    public static void Row(params object[] cells) => Console.WriteLine($"| {string.Join(" | ", cells.Select(Text))} |");

    /// <summary>Milliseconds with three digits behind the point: microseconds.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture);

    public static string Percent(double part, double whole) =>
        whole > 0 ? (part / whole).ToString("0 %", CultureInfo.InvariantCulture) : "-";

    public static string Verdict(bool isReached) => isReached ? "reached" : "not reached";

    private static string Text(object cell) => cell switch
    {
        double number => number.ToString(Math.Abs(number) >= 100 ? "0" : "0.00", CultureInfo.InvariantCulture),
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
    };
}
