using System.Text.Json.Serialization;
using DocService.Api.Keys;

namespace DocService.Api.Administration;

/// <summary>A key as it is told of. <see cref="Key"/> is the secret itself, once, in the answer that has made it.</summary>
internal sealed record KeyFacts(
    string Id,
    string Name,
    SortedDictionary<string, string[]> Rights,
    DateTimeOffset Created,
    DateTimeOffset? Expires,
    DateOnly? LastUsed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Key)
{
    public static KeyFacts Of(ApiKey key, string? token = null) => new(key.Id, key.Name, key.Rights.ToNames(), key.Created, key.Expires, key.LastUsed, token);
}
