using System.Text.Json;
using DocService.Storage;

namespace DocService.Api.Keys;

/// <summary>All keys as one JSON text, so that a commit replaces all of them: <c>{"format":1,"keys":[{"id":…,"sha256":…},…]}</c>.</summary>
internal static class KeyList
{
    private const int Format = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static byte[] Write(IEnumerable<ApiKey> keys) => JsonSerializer.SerializeToUtf8Bytes(
        new Text(Format, [.. keys.OrderBy(static key => key.Created).Select(static key => new Entry(
            key.Id, key.Name, new(key.Rights.ToNames()), key.Hash.ToString(), key.Created, key.Expires, key.LastUsed))]),
        Json);

    /// <exception cref="JsonException">It is none, or of a later version of the program.</exception>
    public static IReadOnlyList<ApiKey> Read(ReadOnlySpan<byte> json)
    {
        Text text = JsonSerializer.Deserialize<Text>(json, Json) ?? throw new JsonException("The list of keys is null.");
        return text.Format == Format && text.Keys is { } keys ? [.. keys.Select(Read)] : throw new JsonException($"The list of keys has format {text.Format}, and this program reads {Format}.");
    }

    private static ApiKey Read(Entry entry) =>
        KeyToken.IsId(entry.Id) && ApiKey.IsName(entry.Name) && entry.Sha256?.Length == 2 * KeyToken.Bytes && entry.Sha256.All(char.IsAsciiHexDigit) && entry.Rights is not null
        && KeyRights.TryCreate(entry.Rights, out KeyRights? rights) is null
            ? new ApiKey
            {
                Id = entry.Id,
                Name = entry.Name,
                Rights = rights!,
                Hash = new Sha256Digest(Convert.FromHexString(entry.Sha256)),
                Created = entry.Created,
                Expires = entry.Expires,
                LastUsed = entry.LastUsed,
            }
            : throw new JsonException("An entry of the list of keys is none.");

    private sealed record Text(int Format, IReadOnlyList<Entry> Keys);

    private sealed record Entry(string Id, string Name, Dictionary<string, string[]> Rights, string Sha256, DateTimeOffset Created, DateTimeOffset? Expires, DateOnly? LastUsed);
}
