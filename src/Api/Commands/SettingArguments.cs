using DocService.Api.Configuration;

namespace DocService.Api.Commands;

/// <summary>
/// Names of the settings that the command line takes, those of ASP.NET Core included, and their spellings: the
/// configuration knows no upper and lower case, and takes <c>--Key value</c> as well as <c>--Key=value</c>.
/// </summary>
internal static class SettingArguments
{
    /// <summary>What <c>--data</c> is short for.</summary>
    public const string DataDirectory = $"--{DocServiceOptions.Section}:{nameof(DocServiceOptions.DataDirectory)}";

    /// <summary>Sections, whose keys follow after a colon.</summary>
    public static readonly string[] Sections = ["--" + DocServiceOptions.Section, "--Logging", "--Kestrel", "--ConnectionStrings"];

    /// <summary>Single keys that the web host reads and that are worth a line of the help.</summary>
    public static readonly string[] Keys = ["--urls", "--environment"];

    /// <summary>Those that are taken, too, and that hardly anybody needs.</summary>
    public static readonly string[] RareKeys =
    [
        "--http_ports", "--https_ports", "--AllowedHosts", "--contentRoot", "--applicationName", "--webroot",
        "--shutdownTimeoutSeconds", "--preferHostingUrls", "--suppressStatusMessages", "--detailedErrors",
        "--ForwardedHeaders_Enabled", "--OTEL_EXPORTER_OTLP_ENDPOINT", "--OTEL_EXPORTER_OTLP_PROTOCOL", "--OTEL_SERVICE_NAME",
        "--OTEL_TRACES_SAMPLER", "--OTEL_TRACES_SAMPLER_ARG",
    ];

    /// <summary>Writes every setting as the parser knows it: the usual spelling, and a section's key and value in one word.</summary>
    public static string[] Normalise(IReadOnlyList<string> args)
    {
        List<string> result = [];
        for (int index = 0; index < args.Count; index++)
        {
            string argument = args[index];
            int end = argument.IndexOfAny([':', '=']);
            string name = end < 0 ? argument : argument[..end];
            if (Known(name) is not { } known)
            {
                result.Add(argument);
                continue;
            }

            string rest = end < 0 ? string.Empty : argument[end..];
            if (rest.StartsWith(':') && !rest.Contains('=', StringComparison.Ordinal) && index + 1 < args.Count && !args[index + 1].StartsWith("--", StringComparison.Ordinal))
            {
                rest += "=" + args[++index];
            }

            result.Add(known + rest);
        }

        return [.. result];
    }

    private static string? Known(string name) =>
        Sections.Concat(Keys).Concat(RareKeys).FirstOrDefault(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
}
