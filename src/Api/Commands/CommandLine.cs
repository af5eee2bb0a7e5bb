using System.Globalization;

namespace DocService.Api.Commands;

/// <summary>The options of a command: pairs of <c>--name value</c>, each at most once, none that the command does not know.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _values = [];

    /// <exception cref="UsageException">Unknown option, repeated option, or one without a value.</exception>
    public CommandLine(ReadOnlySpan<string> arguments, params string[] known)
    {
        for (int index = 0; index < arguments.Length; index += 2)
        {
            string name = arguments[index];
            if (!known.Contains(name))
            {
                throw new UsageException($"'{name}' is not an option of this command.");
            }

            if (index + 1 == arguments.Length)
            {
                throw new UsageException($"{name} needs a value.");
            }

            if (!_values.TryAdd(name, arguments[index + 1]))
            {
                throw new UsageException($"{name} is given twice.");
            }
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <summary>The absolute path that <c>--data</c> names.</summary>
    public string Data() => Text("--data") is { Length: > 0 } path
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
        : throw new UsageException("--data <dir> is missing.");

    /// <summary>A whole number from 0 to the largest allowed.</summary>
    public int Number(string name, int otherwise, int max)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= max
            ? value
            : throw new UsageException($"{name} must be a whole number from 0 to {max}, not '{text}'.");
    }
}
