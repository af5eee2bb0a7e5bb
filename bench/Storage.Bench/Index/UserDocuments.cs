using System.Globalization;
using System.Text;
using DocService.Index.Declared;
using DocService.Queries.Filters;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Storage.Bench.Index;

/// <summary>Users as find.sh has them, with its two indexes: a unique one over the e-mail address, one over country and age.</summary>
internal sealed class UserDocuments(int count, int bodyBytes)
{
    public const string Prefix = "users/";

    private static readonly string[] Countries = ["NO", "SE", "DK", "FI", "IS", "DE", "FR", "PT"];

    private readonly byte[] _letters = [.. new Random(1).GetItems("abcdefghijklmnopqrstuvwxyz234567"u8, 1 << 20)];

    public int Count => count;

    public IReadOnlyList<DeclaredIndex> Indexes { get; } = [Declare(isUnique: true, "email"), Declare(isUnique: false, "country", "age")];

    public static string Id(int number) => $"{Prefix}u{number:D7}";

    public Filter ByEmail(int number) => Parse($$"""{"email":"{{Email(number)}}"}""");

    public static Filter ByName(string from, string to) => Parse($$$"""{"name":{"$gte":"{{{from}}}","$lt":"{{{to}}}"}}""");

    public FollowedOperation Put(int number, long version, int edition)
    {
        byte[] body = Body(number, edition);
        var info = new DocumentInfo
        {
            Version = version,
            ContentType = "application/json",
            Created = DateTimeOffset.UnixEpoch,
            Modified = DateTimeOffset.UnixEpoch.AddSeconds(version),
            Length = body.Length,
            Sha256 = Sha256Digest.Of(body),
        };
        return new FollowedOperation(DocumentKey.Create(Id(number)), info, body) { Version = version };
    }

    private static string Email(int number) => $"{unchecked((uint)number * 2654435761u):x8}.{number:D7}@example.com";

    /// <summary>Filled up by random letters, which do not compress, from another place for each.</summary>
    private byte[] Body(int number, int edition)
    {
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"id":"u{{number:D7}}","email":"{{Email(number)}}","country":"{{Countries[number % 8]}}","age":{{18 + ((number + edition) % 70)}},"name":"User {{number}} """);
        byte[] body = new byte[Math.Max(bodyBytes, head.Length + 2)];
        int headBytes = Encoding.ASCII.GetBytes(head, body);
        int rest = body.Length - headBytes - 2;
        int at = (int)(unchecked((uint)((number * 31) + edition) * 2654435761u) % (uint)(_letters.Length - rest));
        _letters.AsSpan(at, rest).CopyTo(body.AsSpan(headBytes));
        "\"}"u8.CopyTo(body.AsSpan(body.Length - 2));
        return body;
    }

    private static DeclaredIndex Declare(bool isUnique, params string[] fields) => new()
    {
        Prefix = Prefix,
        Identity = Sha256Digest.Of(Encoding.UTF8.GetBytes(string.Join(',', fields))),
        Keys = new IndexDefinition { Name = fields[0], IsUnique = isUnique, Fields = [.. fields.Select(static field => new IndexField(ParsePath(field)))] },
    };

    private static DocumentPath ParsePath(string text) =>
        DocumentPath.TryParse(text, out DocumentPath? path, out string? fault) ? path : throw new FormatException(fault);

    private static Filter Parse(string json) =>
        Filter.TryParse(Encoding.UTF8.GetBytes(json), TimeSpan.FromSeconds(1), out Filter? filter, out Queries.QueryFault? fault) ? filter : throw new FormatException(fault.Detail);
}
