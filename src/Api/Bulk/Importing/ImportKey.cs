using DocService.Storage;
using DocService.Storage.Requests;

namespace DocService.Api.Bulk.Importing;

/// <summary>The key of an import. Each of its commits is a request of its own, so that an import that is sent again goes on where it was.</summary>
/// <param name="Owner">Whose key it is.</param>
/// <param name="Key">As the client wrote it.</param>
/// <param name="Target">The target of the request: another rule for conflicts is another import.</param>
internal sealed record ImportKey(string Owner, string Key, string Target)
{
    /// <summary>The commit of the lines from one number on. Its name holds a line break, so it is no client's.</summary>
    /// <param name="firstLine">Its first line with a document.</param>
    /// <param name="digest">Of its lines: the same import has the same ones there.</param>
    public IdempotentRequest OfLines(long firstLine, Sha256Digest digest) => Make("lines", firstLine, digest);

    /// <summary>The commit of one line alone.</summary>
    public IdempotentRequest OfLine(long line, Sha256Digest digest) => Make("line", line, digest);

    private IdempotentRequest Make(string what, long line, Sha256Digest digest) =>
        new(RequestKey.Of(Owner, $"{Key}\n{what} {line}"), Sha256Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{Target}\n{digest}")));
}
