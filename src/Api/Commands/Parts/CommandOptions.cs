using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DocService.Api.Commands.Parts;

/// <summary>Options that several commands have, and their limits.</summary>
internal static class CommandOptions
{
    /// <summary><c>--data</c> of a command that works on a directory: it must be said.</summary>
    public static Option<string> Data(string description) => new("--data")
    {
        HelpName = "dir",
        Description = description,
        Required = true,
        Validators = { NotEmpty },
    };

    /// <summary>A whole number within its limits; without a default it is null when it is not given.</summary>
    public static Option<int?> Number(string name, string description, int? otherwise, int min, int max)
    {
        var option = new Option<int?>(name) { HelpName = "N", Description = description };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => otherwise;
        }

        option.Validators.Add(result =>
        {
            string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : string.Empty;
            if (!result.Implicit && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < min || value > max))
            {
                result.AddError($"{name} must be a whole number from {min} to {max}, not '{text}'.");
            }
        });
        return option;
    }

    /// <summary>The absolute path that <c>--data</c> names.</summary>
    public static string Directory(this ParseResult line, Option<string> data) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(line.GetRequiredValue(data)));

    /// <summary>An argument that may be anything must not take an option that is misspelt. A file of such a name is <c>./-x</c>.</summary>
    public static void NoOption(ArgumentResult result)
    {
        if (FindOption(result.Tokens) is { } option)
        {
            result.AddError($"'{option}' is no option of this command.");
        }
    }

    /// <summary>What looks like an option among arguments; null: nothing does.</summary>
    public static string? FindOption(IEnumerable<Token> arguments) =>
        arguments.FirstOrDefault(static token => token.Type == TokenType.Argument && token.Value.Length > 1 && token.Value[0] == '-')?.Value;

    /// <summary>An empty path is a mistake: mostly a variable that is not set.</summary>
    public static void NotEmpty(OptionResult result)
    {
        if (result.Tokens.Any(token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{result.Option.Name} must not be empty.");
        }
    }
}
