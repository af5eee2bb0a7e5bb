using System.Globalization;

namespace DocService.Api.Tests.Metrics;

/// <summary>A span as a collector gets it (opentelemetry/proto/trace/v1/trace.proto), with its attributes as text.</summary>
internal sealed record SentSpan(string TraceId, string Id, string ParentId, string Name, ulong Kind, ulong Start, ulong End, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>SPAN_KIND_SERVER.</summary>
    public const ulong Server = 2;

    /// <summary>Of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<SentSpan> Of(ReadOnlyMemory<byte> request) =>
        from resource in ProtobufMessage.Parse(request).Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new SentSpan(
            span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(6), span.Number(7), span.Number(8),
            span.Messages(9).ToDictionary(attribute => attribute.Text(1), attribute => TextOf(attribute.Messages(2).Single())));

    private static string TextOf(ProtobufMessage value) =>
        value.Has(1) ? value.Text(1)
        : value.Has(2) ? (value.Number(2) != 0).ToString()
        : value.Number(3).ToString(CultureInfo.InvariantCulture);
}
