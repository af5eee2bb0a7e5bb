using System.CommandLine;
using System.Net.Http.Headers;
using DocService.Api.Configuration;

namespace DocService.Api.Commands.Transfers;

/// <summary>Options of commands that talk to a running server.</summary>
internal static class ServerOptions
{
    /// <summary>The key, where it is not said: other users of the machine can read what stands in a command line.</summary>
    public const string KeyVariable = "DOCSERVICE_KEY";

    /// <summary>The longest that a server may take for one chunk of an import.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(5);

    public static Option<string> Url() => new("--url")
    {
        HelpName = "url",
        Description = "Address of the server",
        DefaultValueFactory = static _ => "http://localhost:5080",
        Validators =
        {
            static result =>
            {
                string text = result.Tokens is [var token] ? token.Value : string.Empty;
                if (!result.Implicit && !TryParse(text, out _))
                {
                    result.AddError($"--url must be an address such as http://localhost:5080, not '{text}'.");
                }
            },
        },
    };

    public static Option<string?> Key() => new("--key")
    {
        HelpName = "key",
        Description = $"API key. Default: what the environment variable {KeyVariable} holds",
        Validators = { CommandOptions.NotEmpty },
    };

    public static string? KeyOf(ParseResult line, Option<string?> option)
    {
        string? key = line.GetValue(option) ?? Environment.GetEnvironmentVariable(KeyVariable);
        return string.IsNullOrWhiteSpace(key) ? null
            : AuthenticationHeaderValue.TryParse("Bearer " + key, out _) && !key.Any(static one => char.IsWhiteSpace(one) || !char.IsAscii(one)) ? key
            : throw new ConfigurationError("What is given as the API key is none: a key is one word, such as ds_….");
    }

    /// <summary>Waits for answers, and not for the whole of an export.</summary>
    public static HttpClient Connect(ParseResult line, Option<string> url, bool isExport)
    {
        _ = TryParse(line.GetRequiredValue(url), out Uri? address); // judged with the command line
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        try
        {
            return new HttpClient(handler) { BaseAddress = address, Timeout = isExport ? Timeout.InfiniteTimeSpan : AnswerMax };
        }
        catch
        {
            handler.Dispose();
            throw;
        }
    }

    /// <summary>With a slash at its end, so that paths go behind it: a server may be shown under a prefix.</summary>
    private static bool TryParse(string text, out Uri? address)
    {
        bool isAddress = Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out address) && address.Scheme is "http" or "https";
        return isAddress && address!.Query.Length == 0 && address.Fragment.Length == 0 && address.UserInfo.Length == 0;
    }
}
