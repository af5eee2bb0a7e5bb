using System.Text.Json;

namespace DocService.Api.Batches;

/// <summary>The members of one operation of a batch, as they come.</summary>
internal sealed class BatchMembers
{
    public static readonly string[] Names = ["op", "id", "body", "mergePatch", "jsonPatch", "path", "by", "create", "ifMatch", "ifNoneMatch"];

    /// <summary>All that is not a body or a patch; as much as a request's header fields may have. What is made of it is not charged to the budget.</summary>
    private const int ValueBytesMax = 32 * 1024;

    /// <summary>What an operation needs, one of those that are separated by a bar; and what it may have beside.</summary>
    private static readonly Dictionary<string, (string[] Needed, string[] Allowed)> Operations = new(StringComparer.Ordinal)
    {
        ["put"] = (["body"], []),
        ["delete"] = ([], []),
        ["check"] = (["ifMatch|ifNoneMatch"], []),
        ["patch"] = (["mergePatch|jsonPatch"], []),
        ["add"] = (["path", "by"], ["create"]),
    };

    private static readonly string[] OfAll = ["op", "id", "ifMatch", "ifNoneMatch"];

    private readonly Dictionary<string, ReadOnlyMemory<byte>> _json = new(StringComparer.Ordinal);
    private readonly HashSet<string> _present = new(StringComparer.Ordinal);
    private VersionMatch? _ifMatch;
    private VersionMatch? _ifNoneMatch;

    public string? Op { get; private set; }

    public string? Id { get; private set; }

    public string? Path { get; private set; }

    public bool Creates { get; private set; }

    public Conditions Conditions => new() { IfMatch = _ifMatch, IfNoneMatch = _ifNoneMatch };

    /// <summary>The text of a member's value as it stands in the batch; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Json(string member) => _json.TryGetValue(member, out ReadOnlyMemory<byte> value) ? value : default(ReadOnlyMemory<byte>?);

    /// <summary>Makes no text of a name that is not known: it may be as long as the batch.</summary>
    public static string? FindName(ref Utf8JsonReader reader)
    {
        foreach (string name in Names)
        {
            if (reader.ValueTextEquals(name))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>Null when taken, else one sentence on what is wrong. The reader is at the value, and is left at its end.</summary>
    public string? Take(string member, ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null && member is ("by" or "create"))
        {
            return null; // a generated client sends what it has no value for
        }

        _present.Add(member);
        switch (member)
        {
            case "by" when reader.TokenType != JsonTokenType.Number:
                return "'by' must be a number.";
            case "body" or "mergePatch" or "jsonPatch" or "by":
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                _json[member] = json[start..(int)reader.BytesConsumed];
                return null;
            case "create":
                Creates = reader.TokenType == JsonTokenType.True;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : "'create' must be true or false.";
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return $"'{member}' must be a string.";
        }

        return reader.ValueSpan.Length > ValueBytesMax ? $"'{member}' is longer than {ValueBytesMax} bytes." : TakeText(member, reader.GetString()!);
    }

    /// <summary>Whether the operation has what it needs and nothing that belongs to another; else one sentence on that.</summary>
    public string? FindMisplaced()
    {
        if (Op is null || !Operations.TryGetValue(Op, out (string[] Needed, string[] Allowed) members))
        {
            return $"'op' {(Op is null ? "is missing:" : "must be")} {string.Join(", ", Operations.Keys.SkipLast(1))} or {Operations.Keys.Last()}.";
        }

        foreach (string needed in members.Needed)
        {
            string[] either = needed.Split('|');
            int count = either.Count(_present.Contains);
            if (count == 0)
            {
                return either.Length == 1 ? $"'{needed}' is missing." : $"a {Op} needs '{either[0]}' or '{either[1]}'.";
            }

            if (count > 1 && Op == "patch")
            {
                return $"a {Op} has '{either[0]}' or '{either[1]}', not both.";
            }
        }

        IEnumerable<string> known = members.Needed.SelectMany(needed => needed.Split('|')).Concat(members.Allowed).Concat(OfAll);
        return _present.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } other
            ? $"'{other}' goes with \"op\":\"{Operations.First(one => one.Value.Needed.Concat(one.Value.Allowed).Any(member => member.Split('|').Contains(other))).Key}\" only."
            : null;
    }

    private string? TakeText(string member, string value)
    {
        switch (member)
        {
            case "op":
                Op = value;
                return null;
            case "id":
                Id = value;
                return null;
            case "path":
                Path = value;
                return null;
            case "ifMatch" when BatchRequest.TryParseTags(value, countsWeak: false, out _ifMatch):
            case "ifNoneMatch" when BatchRequest.TryParseTags(value, countsWeak: true, out _ifNoneMatch):
                return null;
            default:
                return $"'{member}' must be \"*\" or entity tags in their own quotes, like \"\\\"17\\\"\".";
        }
    }
}
