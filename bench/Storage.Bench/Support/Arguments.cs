using System.Globalization;

namespace DocService.Storage.Bench.Support;

/// <summary>The options of a mode: pairs of <c>--name value</c>. What a mode does not ask for is refused by <see cref="Close"/>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _known = [];

    /// <exception cref="UsageException">Something that is not a pair.</exception>
    public Arguments(string[] arguments)
    {
        for (int index = 0; index < arguments.Length; index += 2)
        {
            if (!arguments[index].StartsWith("--", StringComparison.Ordinal) || index + 1 == arguments.Length)
            {
                throw new UsageException($"'{arguments[index]}' is no option with a value.");
            }

            _values[arguments[index]] = arguments[index + 1];
        }
    }

    public string? Text(string name)
    {
        _known.Add(name);
        return _values.GetValueOrDefault(name);
    }

    public int Number(string name, int otherwise) => Numbers(name, otherwise)[0];

    /// <summary>Numbers with commas between them.</summary>
    public int[] Numbers(string name, params int[] otherwise)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        try
        {
            return [.. text.Split(',').Select(part => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture))];
        }
        catch (Exception exception) when (exception is FormatException or OverflowException)
        {
            throw new UsageException($"{name} takes whole numbers with commas between them, not '{text}'.", exception);
        }
    }

    public TimeSpan Seconds(string name, double otherwise)
    {
        if (Text(name) is not { } text)
        {
            return TimeSpan.FromSeconds(otherwise);
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds) && seconds > 0
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{name} takes seconds, not '{text}'.");
    }

    /// <summary>The absolute path that <c>--dir</c> names: a directory on the disk to be measured, created when absent.</summary>
    public string Directory()
    {
        string path = Path.GetFullPath(Text("--dir") ?? throw new UsageException("--dir <directory on the disk to measure> is missing."));
        System.IO.Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>All options have been asked for.</summary>
    /// <exception cref="UsageException">One is left over.</exception>
    public void Close()
    {
        if (_values.Keys.FirstOrDefault(name => !_known.Contains(name)) is { } unknown)
        {
            throw new UsageException($"{unknown} is not an option of this mode.");
        }
    }
}
