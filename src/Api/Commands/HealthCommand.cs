using System.CommandLine;
using System.Net;

namespace DocService.Api.Commands;

/// <summary><c>health --url address</c>: asks a running server whether it is ready, for containers and scripts that have nothing else to ask with.</summary>
internal static class HealthCommand
{
    private const string Path = "/healthz/ready";

    /// <summary>A server that takes longer for this does not serve.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static Command Create()
    {
        // By its address: whatever names AllowedHosts has, this one is answered.
        Option<string?> url = ServerOptions.Url("Where it listens, with the prefix of its paths, if it has one. Default: http://127.0.0.1:5080", "http://127.0.0.1:5080");
        var command = new TaughtCommand(
            "health",
            "Ask a running server whether it is ready, and end with 0 when it is, with 1 when it is not",
            "docservice health --url http://127.0.0.1:8080                          # as the container asks")
        {
            url,
        };
        command.SetAction((line, cancellation) => RunAsync(ServerOptions.AddressOf(line, url)!.AbsoluteUri.TrimEnd('/'), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string url, CancellationToken cancellation)
    {
        // No proxy, whatever the environment names: the server is near. The connection is not kept, because there is no second request.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(url + Path), cancellation);
            string text = await answer.Content.ReadAsStringAsync(cancellation);
            Console.WriteLine(text);
            return answer.StatusCode == HttpStatusCode.OK ? ExitCode.Good : ExitCode.Bad;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            string reason = exception is HttpRequestException ? exception.Message : $"no answer within {Patience.TotalSeconds} s";
            Console.Error.WriteLine($"docservice: {url} is not ready: {reason}");
            return ExitCode.Bad;
        }
    }
}
