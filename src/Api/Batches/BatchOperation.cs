using System.Text.Json;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Batches;

/// <summary>One element of a batch's operations.</summary>
internal static class BatchOperation
{
    /// <summary>All that is not a body; as much as a request's header fields may have. What is made of it is not charged to the budget.</summary>
    private const int ValueBytesMax = 32 * 1024;

    private static readonly string[] Members = ["op", "id", "body", "ifMatch", "ifNoneMatch"];

    /// <summary>Null when parsed, else what is wrong. The reader is at the object's start, and is left at its end.</summary>
    public static Problem? TryParse(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader, int index, out DocumentOperation? operation)
    {
        operation = null;
        string? op = null;
        string? id = null;
        ReadOnlyMemory<byte>? body = null;
        VersionMatch? ifMatch = null;
        VersionMatch? ifNoneMatch = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (FindMember(ref reader) is not { } member)
            {
                return Invalid(index, $"'{Excerpt.Of(reader.ValueSpan)}' is not a member of an operation. Known are {string.Join(", ", Members)}.");
            }

            reader.Read();
            if (member == "body")
            {
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                body = json[start..(int)reader.BytesConsumed];
                continue;
            }

            if (reader.TokenType != JsonTokenType.String)
            {
                return Invalid(index, $"'{member}' must be a string.");
            }

            if (reader.ValueSpan.Length > ValueBytesMax)
            {
                return Invalid(index, $"'{member}' is longer than {ValueBytesMax} bytes.");
            }

            string value = reader.GetString()!;
            switch (member)
            {
                case "op":
                    op = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "ifMatch" when BatchRequest.TryParseTags(value, countsWeak: false, out ifMatch):
                case "ifNoneMatch" when BatchRequest.TryParseTags(value, countsWeak: true, out ifNoneMatch):
                    break;
                default:
                    return Invalid(index, $"'{member}' must be \"*\" or entity tags in their own quotes, like \"\\\"17\\\"\".");
            }
        }

        if (id is null)
        {
            return Invalid(index, "'id' is missing.");
        }

        if (!DocumentKey.TryCreate(id, out DocumentKey key, out InvalidId? error))
        {
            return ProblemCatalogue.BatchId(index, error);
        }

        var conditions = new Conditions { IfMatch = ifMatch, IfNoneMatch = ifNoneMatch };
        return Build(op, key, body, conditions, out operation) is { } reason ? Invalid(index, reason) : null;
    }

    /// <summary>Makes no text of a name that is not known: it may be as long as the batch.</summary>
    private static string? FindMember(ref Utf8JsonReader reader)
    {
        foreach (string member in Members)
        {
            if (reader.ValueTextEquals(member))
            {
                return member;
            }
        }

        return null;
    }

    /// <summary>Null when built, else one sentence on what is wrong.</summary>
    private static string? Build(string? op, DocumentKey key, ReadOnlyMemory<byte>? body, Conditions conditions, out DocumentOperation? operation)
    {
        operation = null;
        if (op is not ("put" or "delete" or "check"))
        {
            return op is null ? "'op' is missing: put, delete or check." : "'op' must be put, delete or check.";
        }

        if (op == "put" != body is not null)
        {
            return op == "put" ? "'body' is missing." : "'body' goes with \"op\":\"put\" only.";
        }

        if (op == "check" && conditions == Conditions.None)
        {
            return "a check needs 'ifMatch' or 'ifNoneMatch'.";
        }

        operation = op switch
        {
            "put" => new PutOperation(key, BatchRequest.ToContent(body!.Value), conditions),
            "delete" => new DeleteOperation(key, conditions),
            _ => new CheckOperation(key, conditions),
        };
        return null;
    }

    private static Problem Invalid(int index, string reason) => ProblemCatalogue.Invalid($"Operation {index}: {reason}");
}
