using System.Buffers;
using System.Text;
using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;
using DocService.Storage.Requests;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Idempotency;

/// <summary>The field Idempotency-Key: a client's name for one request, which is carried out once however often it is sent.</summary>
internal static class IdempotencyKey
{
    public const string Name = "Idempotency-Key";

    /// <summary>On the answer to a request that had been carried out before.</summary>
    public const string Replayed = "Idempotency-Replayed";

    public const int LengthMax = 255;

    /// <summary>What a path without a key is answered with.</summary>
    public static Problem NotInPath { get; } =
        ProblemCatalogue.Invalid($"The key in the path has 1 to {LengthMax} printable ASCII characters, percent-encoded once where that is needed, and no quotes around it.");

    /// <summary>Without the quotes of a String: visible characters but those that have a meaning in structured fields.</summary>
    private static readonly SearchValues<char> Unquoted =
        SearchValues.Create("!#$%&'()*+-./0123456789:<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <param name="headers">Of the request.</param>
    /// <param name="key">Null: it has none.</param>
    public static Problem? TryParse(IHeaderDictionary headers, out string? key)
    {
        key = null;
        if (!headers.TryGetValue(Name, out StringValues lines))
        {
            return null; // nearly always
        }

        key = lines.Count == 1 ? Parse(lines[0]!) : null;
        return key is { Length: >= 1 and <= LengthMax } ? null
            : ProblemCatalogue.Invalid($"{Name} must be one string of 1 to {LengthMax} printable ASCII characters, in double quotes as RFC 9651 has it or without, sent once. With curl: -H '{Name}: \"5f0c1b62\"'.");
    }

    /// <summary>For resources that take no key: a client that relies on it must not be let down in silence.</summary>
    /// <param name="headers">Of the request.</param>
    /// <param name="why">The rest of a sentence that begins with the field's name.</param>
    public static Problem? Refuse(IHeaderDictionary headers, string why) => headers.ContainsKey(Name) ? ProblemCatalogue.Invalid($"{Name} {why}") : null;

    /// <summary>The request, told apart from all others. Not what it asks of its answer: Durability and Prefer may differ when it is sent again.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="key">Its key.</param>
    /// <param name="body">Digest of its body; of a request without one, of nothing.</param>
    public static IdempotentRequest Identify(HttpContext context, string key, Sha256Digest body)
    {
        HttpRequest request = context.Request;
        var text = new StringBuilder();
        Append(text, request.Method);
        Append(text, RawTarget.Of(context));
        Append(text, request.ContentType);
        foreach (string condition in ConditionFields.Names)
        {
            Append(text, request.Headers.TryGetValue(condition, out StringValues lines) ? string.Join(", ", lines!) : null);
        }

        text.Append(body);
        return new IdempotentRequest(KeyOf(context, key), Sha256Digest.Of(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>It belongs to whoever sends it: nobody sees another's, or is in its way.</summary>
    public static RequestKey KeyOf(HttpContext context, string key) => RequestKey.Of(Caller.Of(context).Owner, key);

    /// <summary>The key at the end of a target. From the raw path: the framework's own leaves %2F alone. Null for what is no key.</summary>
    /// <param name="target">Of the request.</param>
    /// <param name="before">What stands before the key.</param>
    public static string? FromPath(string target, string before)
    {
        ReadOnlySpan<char> path = RawTarget.PathOf(target);
        ReadOnlySpan<char> text = path.StartsWith(before, StringComparison.Ordinal) ? path[before.Length..] : default;
        if (text.IsEmpty || text.Length > 3 * LengthMax)
        {
            return null;
        }

        byte[] bytes = new byte[text.Length];
        return PercentDecoding.TryDecode(text, bytes, out int length) && length <= LengthMax && bytes.AsSpan(0, length).IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            ? Encoding.ASCII.GetString(bytes, 0, length)
            : null;
    }

    /// <summary>Length and text, so that no two requests have the same bytes.</summary>
    private static void Append(StringBuilder text, string? part) => text.Append(part?.Length ?? -1).Append(':').Append(part).Append('\n');

    private static string? Parse(string line)
    {
        string trimmed = line.Trim(' ');
        return trimmed.StartsWith('"') ? StructuredFields.ParseString(trimmed) : trimmed.AsSpan().ContainsAnyExcept(Unquoted) ? null : trimmed;
    }
}
