using System.Buffers;
using DocService.Queries;
using DocService.Queries.Selection;

namespace DocService.Api.Documents;

/// <summary>Some members of one document (<c>?select=</c>).</summary>
internal static class SelectedDocument
{
    public static ReadOnlyMemory<byte> Of(StoredDocument document, SelectedPaths select)
    {
        var output = new ArrayBufferWriter<byte>();
        select.Write(document.Body.Span, output, SearchLimit.None);
        return output.WrittenMemory;
    }
}
