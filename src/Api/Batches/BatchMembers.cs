using System.Numerics;
using System.Text.Json;

namespace DocService.Api.Batches;

/// <summary>The members of one operation of a batch, as they come.</summary>
internal sealed class BatchMembers
{
    /// <summary>In the order of <see cref="BatchMember"/>: the first has its lowest bit.</summary>
    public static readonly string[] Names = ["op", "id", "body", "mergePatch", "jsonPatch", "path", "by", "create", "ifMatch", "ifNoneMatch"];

    private const BatchMember OfAll = BatchMember.Op | BatchMember.Id | BatchMember.IfMatch | BatchMember.IfNoneMatch;

    /// <summary>All that is not a body or a patch; as much as a request's header fields may have. What is made of it is not charged to the budget.</summary>
    private const int ValueBytesMax = 32 * 1024;

    private static readonly Shape[] Shapes =
    [
        new("put", BatchMember.Body),
        new("delete", BatchMember.None),
        new("check", BatchMember.None, Either: BatchMember.IfMatch | BatchMember.IfNoneMatch),
        new("patch", BatchMember.None, Either: BatchMember.MergePatch | BatchMember.JsonPatch),
        new("add", BatchMember.Path | BatchMember.By, Allowed: BatchMember.Create),
    ];

    private BatchMember _present;
    private VersionMatch? _ifMatch;
    private VersionMatch? _ifNoneMatch;

    /// <summary>What an operation needs, of which members it needs one, and what it may have beside those of all.</summary>
    private sealed record Shape(string Op, BatchMember Needed, BatchMember Either = BatchMember.None, BatchMember Allowed = BatchMember.None)
    {
        public BatchMember Own => Needed | Either | Allowed;
    }

    public string? Op { get; private set; }

    public string? Id { get; private set; }

    public string? Path { get; private set; }

    public bool Creates { get; private set; }

    public Conditions Conditions => new() { IfMatch = _ifMatch, IfNoneMatch = _ifNoneMatch };

    /// <summary>The text of this member as it stands in the batch, and of the next three; null when there is none.</summary>
    public ReadOnlyMemory<byte>? Body { get; private set; }

    public ReadOnlyMemory<byte>? MergePatch { get; private set; }

    public ReadOnlyMemory<byte>? JsonPatch { get; private set; }

    public ReadOnlyMemory<byte>? By { get; private set; }

    /// <summary>None of them when it is not known. Makes no text of such a name: it may be as long as the batch.</summary>
    public static BatchMember Find(ref Utf8JsonReader reader)
    {
        for (int bit = 0; bit < Names.Length; bit++)
        {
            if (reader.ValueTextEquals(Names[bit]))
            {
                return (BatchMember)(1 << bit);
            }
        }

        return BatchMember.None;
    }

    /// <summary>Null when taken, else one sentence on what is wrong. The reader is at the value, and is left at its end.</summary>
    public string? Take(BatchMember member, ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null && member is (BatchMember.By or BatchMember.Create))
        {
            return null; // a generated client sends what it has no value for
        }

        _present |= member;
        switch (member)
        {
            case BatchMember.By when reader.TokenType != JsonTokenType.Number:
                return "'by' must be a number.";
            case BatchMember.Body:
                Body = ValueOf(json, ref reader);
                return null;
            case BatchMember.MergePatch:
                MergePatch = ValueOf(json, ref reader);
                return null;
            case BatchMember.JsonPatch:
                JsonPatch = ValueOf(json, ref reader);
                return null;
            case BatchMember.By:
                By = ValueOf(json, ref reader);
                return null;
            case BatchMember.Create:
                Creates = reader.TokenType == JsonTokenType.True;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : "'create' must be true or false.";
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            return $"'{NameOf(member)}' must be a string.";
        }

        return reader.ValueSpan.Length > ValueBytesMax ? $"'{NameOf(member)}' is longer than {ValueBytesMax} bytes." : TakeText(member, reader.GetString()!);
    }

    /// <summary>Whether the operation has what it needs and nothing that belongs to another; else one sentence on that.</summary>
    public string? FindMisplaced()
    {
        if (Array.Find(Shapes, shape => shape.Op == Op) is not { } own)
        {
            return $"'op' {(Op is null ? "is missing:" : "must be")} {string.Join(", ", Shapes.SkipLast(1).Select(shape => shape.Op))} or {Shapes[^1].Op}.";
        }

        if ((own.Needed & ~_present) is not BatchMember.None and var missing)
        {
            return $"'{NameOf(missing)}' is missing.";
        }

        BatchMember chosen = own.Either & _present;
        if (own.Either != BatchMember.None && chosen == BatchMember.None)
        {
            return $"a {Op} needs {EitherOf(own.Either)}.";
        }

        if (Op == "patch" && chosen == own.Either)
        {
            return $"a {Op} has {EitherOf(own.Either)}, not both.";
        }

        return (_present & ~(own.Own | OfAll)) is not BatchMember.None and var others
            ? $"'{NameOf(others)}' goes with \"op\":\"{Array.Find(Shapes, shape => shape.Own.HasFlag(Lowest(others)))!.Op}\" only."
            : null;
    }

    private static ReadOnlyMemory<byte> ValueOf(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static BatchMember Lowest(BatchMember members) => (BatchMember)((int)members & -(int)members);

    /// <summary>Of the first of them.</summary>
    private static string NameOf(BatchMember members) => Names[BitOperations.TrailingZeroCount((int)members)];

    private static string EitherOf(BatchMember two) => $"'{NameOf(two)}' or '{NameOf(two & ~Lowest(two))}'";

    private string? TakeText(BatchMember member, string value)
    {
        switch (member)
        {
            case BatchMember.Op:
                Op = value;
                return null;
            case BatchMember.Id:
                Id = value;
                return null;
            case BatchMember.Path:
                Path = value;
                return null;
            case BatchMember.IfMatch when BatchRequest.TryParseTags(value, countsWeak: false, out _ifMatch):
            case BatchMember.IfNoneMatch when BatchRequest.TryParseTags(value, countsWeak: true, out _ifNoneMatch):
                return null;
            default:
                return $"'{NameOf(member)}' must be \"*\" or entity tags in their own quotes, like \"\\\"17\\\"\".";
        }
    }
}
