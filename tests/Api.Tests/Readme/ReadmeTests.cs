using System.Text.RegularExpressions;
using DocService.Api.Configuration;

namespace DocService.Api.Tests.Readme;

/// <summary>The pages a new user reads first are what the program is.</summary>
public sealed class ReadmeTests
{
    private static readonly string Root = RootOf(AppContext.BaseDirectory);
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root, "README.md"));

    [Theory]
    [InlineData("client")]
    [InlineData("factory")]
    public void Code_IsWhatTheTestsRun(string name)
    {
        string tests = File.ReadAllText(Path.Combine(Root, "tests", "Api.Tests", "Readme", "ReadmeCodeTests.cs"));
        string run = Regex.Match(tests, $"// <{name}>\n(.*?)\n *// </{name}>", RegexOptions.Singleline).Groups[1].Value;
        string printed = Regex.Match(Readme, $"<!-- csharp: {name} -->\n```csharp\n(.*?)\n```", RegexOptions.Singleline).Groups[1].Value;

        Assert.NotEmpty(printed);
        Assert.Equal(Lines(run.Replace("new Uri(address)", "new Uri(\"http://localhost:5080\")", StringComparison.Ordinal)), Lines(printed));
    }

    [Fact]
    public void Configuration_NamesEverySettingWithItsDefault()
    {
        (string Name, object? Default)[] settings = [.. SettingsOf(new DocServiceOptions(), string.Empty)];
        Assert.Contains(settings, setting => setting.Name == "Cors:Origins");
        foreach ((string name, object? value) in settings)
        {
            Match row = Regex.Match(Readme, $@"^\| `{name}` \| (.*?) \|", RegexOptions.Multiline);
            Assert.True(row.Success, $"README's table lacks {name}.");
            if (value is not (null or TimeSpan or Array))
            {
                Assert.StartsWith(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!, row.Groups[1].Value.Trim('`'), StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    /// <summary>Those of sections within the section, too.</summary>
    private static IEnumerable<(string Name, object? Default)> SettingsOf(object options, string section) => options.GetType().GetProperties()
        .Where(property => property.CanWrite)
        .SelectMany(property => property.PropertyType.Namespace == typeof(DocServiceOptions).Namespace
            ? SettingsOf(property.GetValue(options)!, $"{section}{property.Name}:")
            : [(section + property.Name, property.GetValue(options))]);

    private static string[] Lines(string code) => [.. code.Split('\n').Select(line => line.Trim())];

    private static string RootOf(string directory) =>
        File.Exists(Path.Combine(directory, "DocService.sln")) ? directory : RootOf(Path.GetDirectoryName(directory)!);
}
