using System.Buffers.Binary;
using System.Buffers.Text;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Api.Routing;
using DocService.Storage;

namespace DocService.Api.History;

/// <summary>Which versions a client asks for.</summary>
internal sealed record VersionsForm
{
    private const string IdName = "id";
    private const string CursorName = "cursor";

    /// <summary>Every name that a request for versions has.</summary>
    public static readonly string[] Names = [IdName, "limit", CursorName, "consistency"];

    /// <summary>Of a request that erases them.</summary>
    public static readonly string[] ErasureNames = [IdName];

    private const byte CursorFormat = 1;
    private const int DigestBytes = 8;
    private const int VersionAt = 1 + DigestBytes;
    private const int CursorBytes = VersionAt + sizeof(long);

    /// <summary>Of the document.</summary>
    public required DocumentKey Key { get; init; }

    public int Limit { get; init; } = QueryForm.LimitDefault;

    /// <summary>Only versions below this one, behind those of the page before; null: from the newest on.</summary>
    public long? Below { get; init; }

    /// <summary>What is indexed by now is enough.</summary>
    public bool IsEventual { get; init; }

    /// <param name="context">Of the request; its route knows the names.</param>
    /// <param name="form">Null after a problem.</param>
    public static Problem? TryParse(HttpContext context, out VersionsForm? form)
    {
        form = null;
        if (QueryParameters.TryParse(RawTarget.QueryOf(RawTarget.Of(context)), out List<KeyValuePair<string, string>> parameters) is { } malformed)
        {
            return malformed;
        }

        if (parameters.Find(parameter => parameter.Key == IdName).Value is not { } id)
        {
            return Refuse(IdName, "'id' names the document whose versions are meant.");
        }

        if (!DocumentKey.TryCreate(id, out DocumentKey key, out InvalidId? error))
        {
            return QueryProblems.Id(new QueryPlace(IdName, IsInBody: false), error);
        }

        var builder = new FormBuilder(isInBody: false, regexTime: TimeSpan.Zero); // there are no patterns here
        long? below = null;
        foreach ((string name, string value) in parameters)
        {
            Problem? problem = name switch
            {
                IdName => null,
                CursorName => (below = ReadCursor(key, value)) is null ? QueryProblems.Cursor : null,
                "limit" => builder.SetLimit(value),
                _ => builder.SetText(name, value),
            };
            if (problem is not null)
            {
                return problem;
            }
        }

        if (builder.Finish(out QueryForm query) is { } conflict)
        {
            return conflict;
        }

        form = new VersionsForm { Key = key, Below = below, Limit = query.Limit ?? QueryForm.LimitDefault, IsEventual = query.IsEventual };
        return null;
    }

    /// <summary>What the next page is asked for with. It says where this one ended, and of which document.</summary>
    public string CursorBehind(long version)
    {
        Span<byte> cursor = stackalloc byte[CursorBytes];
        cursor[0] = CursorFormat;
        WriteDigest(Key, cursor[1..]);
        BinaryPrimitives.WriteInt64BigEndian(cursor[VersionAt..], version);
        return Base64Url.EncodeToString(cursor);
    }

    private static long? ReadCursor(DocumentKey key, string text)
    {
        Span<byte> cursor = stackalloc byte[CursorBytes];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, cursor, out int length) || length != CursorBytes || cursor[0] != CursorFormat)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[DigestBytes];
        WriteDigest(key, digest);
        long version = BinaryPrimitives.ReadInt64BigEndian(cursor[VersionAt..]);
        return version > 0 && cursor[1..VersionAt].SequenceEqual(digest) ? version : null;
    }

    private static void WriteDigest(DocumentKey key, Span<byte> destination)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        key.Digest.CopyTo(digest);
        digest[..DigestBytes].CopyTo(destination);
    }

    private static Problem Refuse(string name, string detail) => QueryProblems.Value(new QueryPlace(name, IsInBody: false), detail);
}
