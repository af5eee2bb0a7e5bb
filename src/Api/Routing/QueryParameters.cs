using System.Buffers;
using System.Text;
using System.Text.Unicode;
using DocService.Api.Ids;
using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>The query of a raw target, taken apart: names and values are exact and decoded once, <c>+</c> is a space.</summary>
internal static class QueryParameters
{
    /// <summary>The problem with the first parameter that the route does not know; null where there is none.</summary>
    /// <param name="query">What follows the question mark.</param>
    /// <param name="known">Names that the route takes.</param>
    public static Problem? FindUnknown(ReadOnlySpan<char> query, IReadOnlyList<string> known)
    {
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            if (parameter.IsEmpty)
            {
                continue;
            }

            if (!TryDecode(NameOf(parameter), out string name))
            {
                return ProblemCatalogue.Invalid("The name of a query parameter holds a broken percent-escape or is not UTF-8.");
            }

            if (!known.Contains(name))
            {
                return ProblemCatalogue.Unknown(name, known);
            }
        }

        return null;
    }

    /// <summary>Names and values, in their order, or the problem with the first: twice the same, without a value, or not to be decoded.</summary>
    /// <param name="query">What follows the question mark; the route knows all its names.</param>
    /// <param name="parameters">Empty after a problem.</param>
    public static Problem? TryParse(ReadOnlySpan<char> query, out List<KeyValuePair<string, string>> parameters)
    {
        parameters = [];
        foreach (Range range in query.Split('&'))
        {
            ReadOnlySpan<char> parameter = query[range];
            if (!parameter.IsEmpty && Add(parameter, parameters) is { } problem)
            {
                parameters = [];
                return problem;
            }
        }

        return null;
    }

    private static Problem? Add(ReadOnlySpan<char> parameter, List<KeyValuePair<string, string>> parameters)
    {
        _ = TryDecode(NameOf(parameter), out string name);
        var place = new QueryPlace(name, IsInBody: false);
        ReadOnlySpan<char> text = parameter[Math.Min(NameOf(parameter).Length + 1, parameter.Length)..];
        if (!TryDecode(text, out string value))
        {
            return QueryProblems.Value(place, $"The value of '{name}' holds a broken percent-escape or is not UTF-8.");
        }

        if (value.Length == 0)
        {
            return QueryProblems.Value(place, $"'{name}' has no value.");
        }

        if (parameters.Exists(other => other.Key == name))
        {
            return QueryProblems.Value(place, $"'{name}' is named twice.");
        }

        parameters.Add(new(name, value));
        return null;
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> parameter) =>
        parameter.IndexOf('=') is >= 0 and var equals ? parameter[..equals] : parameter;

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
