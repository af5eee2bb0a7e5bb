using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net.Http.Headers;
using DocService.Api.Configuration;

namespace DocService.Api.Commands.Parts;

/// <summary><c>--url</c> and <c>--key</c> of every command that asks a running server, and the client that asks.</summary>
internal static class ServerOptions
{
    /// <summary>The key, where it is not said: other users of the machine can read what stands in a command line.</summary>
    public const string KeyVariable = "DOCSERVICE_KEY";

    /// <summary>Whatever does not come from an option is as good as what does: it is judged when the command line is read.</summary>
    /// <param name="description">What it is for.</param>
    /// <param name="otherwise">The address where none is given; null: then there is none.</param>
    public static Option<string?> Url(string description, string? otherwise) => new("--url")
    {
        HelpName = "url",
        Description = description,
        DefaultValueFactory = otherwise is null ? null : _ => otherwise,
        Validators = { CommandOptions.NotEmpty, IsAddress },
    };

    /// <summary>Judged by <see cref="KeyOf"/>, as the variable is.</summary>
    public static Option<string?> Key(string description) => new("--key")
    {
        HelpName = "key",
        Description = $"{description}. Default: what the environment variable {KeyVariable} holds",
        Validators = { CommandOptions.NotEmpty },
    };

    /// <summary>The key that is given, or else that of the environment; null: none.</summary>
    /// <exception cref="ConfigurationError">It is no key.</exception>
    public static string? KeyOf(ParseResult line, Option<string?> option)
    {
        string? key = line.GetValue(option) ?? Environment.GetEnvironmentVariable(KeyVariable);
        return string.IsNullOrWhiteSpace(key) ? null
            : AuthenticationHeaderValue.TryParse("Bearer " + key, out _) && !key.Any(static one => char.IsWhiteSpace(one) || !char.IsAscii(one)) ? key
            : throw new ConfigurationError("What is given as the API key is none: a key is one word, such as ds_….");
    }

    /// <summary>The address that <c>--url</c> has: with a slash at its end, so that paths go behind it, because a server may be shown under a prefix. Null: none.</summary>
    public static Uri? AddressOf(ParseResult line, Option<string?> option) =>
        line.GetValue(option) is { } text && TryParse(text, out Uri? address) ? address : null; // it was judged with the command line

    /// <summary>A client of the server. It follows nobody to another one, who would get the key.</summary>
    /// <param name="address">Of the server.</param>
    /// <param name="patience">The longest that an answer may take.</param>
    public static HttpClient Connect(Uri address, TimeSpan patience)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        try
        {
            return new HttpClient(handler) { BaseAddress = address, Timeout = patience };
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    private static void IsAddress(OptionResult result)
    {
        string text = result.Tokens is [var token] ? token.Value : string.Empty;
        if (!result.Implicit && !TryParse(text, out _))
        {
            result.AddError($"--url must be an address such as http://localhost:5080, without user, query and fragment, not '{text}'.");
        }
    }

    private static bool TryParse(string text, out Uri? address)
    {
        bool isAddress = Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out address) && address.Scheme is "http" or "https";
        return isAddress && address!.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
    }
}
