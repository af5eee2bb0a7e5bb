using Microsoft.Extensions.Logging.Console;

namespace DocService.Api.Metrics;

/// <summary>The log as lines of JSON, where Logging:Console:FormatterName is "json": each with the trace and the span that it belongs to, if there are any.</summary>
internal static class JsonLines
{
    private const string ScopesKey = "Logging:Console:FormatterOptions:IncludeScopes";

    public static void AddJsonLines(this WebApplicationBuilder builder)
    {
        bool isUnsaid = builder.Configuration[ScopesKey] is null;
        builder.Services.PostConfigure<JsonConsoleFormatterOptions>(lines =>
        {
            lines.TimestampFormat = lines.TimestampFormat?.TrimEnd(); // the blank at its end is for lines of text
            lines.IncludeScopes |= isUnsaid; // that is where the framework puts the ids of traces
        });
    }
}
