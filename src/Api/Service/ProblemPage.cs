using System.Text;
using System.Text.Encodings.Web;
using DocService.Api.Browsers;
using DocService.Api.Problems;

namespace DocService.Api.Service;

/// <summary>The problem types for a reader in a browser.</summary>
internal static class ProblemPage
{
    public const string MediaType = "text/html; charset=utf-8";

    /// <summary>The Content-Security-Policy of the pages.</summary>
    public static readonly string Policy = SecurityFields.ForPage(Style);

    private const string Style = "body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem } td { vertical-align: top; padding: .3rem .6rem }";

    /// <summary>All of them, each with a link to its own page.</summary>
    public static string List(string? root)
    {
        var rows = new StringBuilder();
        foreach (ProblemType type in ProblemCatalogue.All)
        {
            rows.Append($"<tr><td>{type.Status}<td><a href=\"{root}{type.Uri}\">{type.Slug}</a><td>{Text(type.Explanation)}\n");
        }

        return Frame("Problem types", $"<p>Every kind of error answer that this server gives.</p>\n<table>\n{rows}</table>");
    }

    public static string Of(ProblemType type, string? root) => Frame(
        type.Title,
        $"<p>Status {type.Status}, type <code>{root}{type.Uri}</code></p>\n<p>{Text(type.Explanation)}</p>\n<p><a href=\"{root}/problems\">All problem types</a></p>");

    private static string Frame(string title, string body) => $$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>{{Text(title)}} - DocService</title>
        <style>{{Style}}</style>
        <h1>{{Text(title)}}</h1>
        {{body}}
        </html>

        """;

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
