using System.Buffers;
using System.Text;
using System.Text.Unicode;
using DocService.Api.Ids;
using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>The query of a raw target, taken apart: names are exact and decoded once, <c>+</c> is a space.</summary>
internal static class QueryParameters
{
    /// <summary>The problem with the first parameter; null where there is none. No route knows any so far.</summary>
    public static Problem? FindUnknown(ReadOnlySpan<char> query)
    {
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            if (parameter.IsEmpty)
            {
                continue;
            }

            int equals = parameter.IndexOf('=');
            return TryDecode(equals < 0 ? parameter : parameter[..equals], out string name)
                ? ProblemCatalogue.Unknown(name)
                : ProblemCatalogue.Invalid("The name of a query parameter holds a broken percent-escape or is not UTF-8.");
        }

        return null;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out string decoded)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, text.Length));
        try
        {
            bool isText = PercentDecoding.TryDecode(text.ToString().Replace('+', ' '), buffer, out int length) && Utf8.IsValid(buffer.AsSpan(0, length));
            decoded = isText ? Encoding.UTF8.GetString(buffer, 0, length) : string.Empty;
            return isText;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
