using System.Buffers;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Ids;

/// <summary>Which document a request is about.</summary>
internal static class DocumentTarget
{
    /// <summary>What precedes an id, byte for byte.</summary>
    public const string Prefix = "/docs/";

    /// <summary>The key that the request's raw path names, or the problem with it.</summary>
    public static Problem? TryGetKey(HttpContext context, out DocumentKey key) => TryGetKey(RawTarget.Of(context), out key);

    /// <summary>The key that a raw target names, or the problem with it.</summary>
    public static Problem? TryGetKey(string target, out DocumentKey key)
    {
        ReadOnlySpan<char> path = RawTarget.PathOf(target);
        ReadOnlySpan<char> id = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : default;
        key = default;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, id.Length));
        try
        {
            if (!PercentDecoding.TryDecode(id, buffer, out int length))
            {
                return ProblemCatalogue.Id(new InvalidId("the id holds a broken percent-escape", length));
            }

            return DocumentKey.TryCreate(buffer.AsSpan(0, length), out key, out InvalidId? error) ? null : ProblemCatalogue.Id(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The document's path as its clients see it, behind a proxy's prefix, every byte but unreserved characters and
    /// slashes escaped: for Location.
    /// </summary>
    public static string PathOf(HttpContext context, DocumentKey key) =>
        context.Request.PathBase.Value + Prefix + Uri.EscapeDataString(key.Id).Replace("%2F", "/", StringComparison.Ordinal);
}
