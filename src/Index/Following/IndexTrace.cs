using System.Diagnostics;

namespace DocService.Index.Following;

/// <summary>What a request waits for in the index, for whoever listens to the source <see cref="SourceName"/>.</summary>
internal static class IndexTrace
{
    public const string SourceName = "DocService.Index";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>A query waits until the index has what was acknowledged before it. Null while nobody listens.</summary>
    public static Activity? BeginWait() => Source.StartActivity("docservice.index.wait");
}
