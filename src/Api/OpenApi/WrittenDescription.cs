using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using Microsoft.OpenApi.YamlReader;

namespace DocService.Api.OpenApi;

/// <summary>openapi.yaml in this folder, and what the code adds to it: the version and the problem answers.</summary>
/// <remarks>Thread: any; read once, never changed afterwards.</remarks>
internal static class WrittenDescription
{
    private static readonly Lazy<OpenApiDocument> Read = new(() => Complete(TextOf("openapi.yaml")));

    public static OpenApiDocument Document => Read.Value;

    /// <summary>A file of this folder, which is built into the program.</summary>
    public static string TextOf(string file)
    {
        using Stream stream = typeof(WrittenDescription).Assembly.GetManifestResourceStream(file)!;
        using var text = new StreamReader(stream);
        return text.ReadToEnd();
    }

    private static OpenApiDocument Complete(string yaml)
    {
        var settings = new OpenApiReaderSettings();
        settings.AddYamlReader();
        ReadResult result = OpenApiDocument.Parse(yaml, OpenApiConstants.Yaml, settings);
        if (result.Document is not { } document || result.Diagnostic is { Errors.Count: > 0 })
        {
            throw new InvalidDataException(string.Join(' ', result.Diagnostic?.Errors.Select(error => error.ToString()) ?? []));
        }

        document.Info.Version = Service.StatusEndpoint.Version;
        ProblemAnswers.AddTo(document);
        return document;
    }
}
