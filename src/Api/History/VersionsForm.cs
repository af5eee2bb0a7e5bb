using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
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

        var read = new VersionsForm { Key = key };
        foreach ((string name, string value) in parameters)
        {
            if (read.Set(name, value, out read) is { } problem)
            {
                return problem;
            }
        }

        form = read;
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

    private Problem? Set(string name, string value, out VersionsForm form)
    {
        form = this;
        switch (name)
        {
            case "limit":
                bool isLimit = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= QueryForm.LimitMax;
                form = this with { Limit = limit };
                return isLimit ? null : Refuse(name, $"'limit' is a whole number from 1 to {QueryForm.LimitMax}.");
            case CursorName:
                long? below = ReadCursor(value);
                form = this with { Below = below };
                return below is null ? QueryProblems.Cursor : null;
            case "consistency":
                form = this with { IsEventual = true };
                return value == "eventual" ? null : Refuse(name, "'consistency' can be 'eventual'; without it an answer has every write acknowledged before it.");
            default:
                return null; // the id
        }
    }

    private long? ReadCursor(string text)
    {
        Span<byte> cursor = stackalloc byte[CursorBytes];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, cursor, out int length) || length != CursorBytes || cursor[0] != CursorFormat)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[DigestBytes];
        WriteDigest(Key, digest);
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
