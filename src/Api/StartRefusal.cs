using System.Net.Sockets;
using DocService.Api.Configuration;
using DocService.Storage;

namespace DocService.Api;

/// <summary>Tells a start that the operator has to put right, which takes one line, from a fault in the program, which takes a stack trace.</summary>
internal static class StartRefusal
{
    /// <summary>The line for the operator, or null for a fault.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        ConfigurationError or StoreException or PlatformNotSupportedException => OneLine(exception.Message),

        // Listening: the address is taken, not ours, or not allowed; the URL is malformed; a settings file is not JSON.
        IOException or SocketException or FormatException => OneLine(exception.Message),
        InvalidDataException => OneLine($"{exception.Message} {exception.InnerException?.Message}"),
        _ => null,
    };

    private static string OneLine(string message) => $"docservice: {message.ReplaceLineEndings(" ").Trim()}";
}
