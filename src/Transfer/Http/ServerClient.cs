using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace DocService.Transfer.Http;

/// <summary>Sends requests to a server until they are answered: what passes by itself is waited for, a bounded number of times.</summary>
/// <remarks>Owns: nothing; the client is its maker's. Thread: one at a time.</remarks>
/// <param name="http">Its base address is the server's, and ends with a slash.</param>
/// <param name="key">API key; null: none is sent.</param>
/// <param name="policy">How patient it is.</param>
/// <param name="clock">Waits by it.</param>
/// <param name="watcher">Is told of waits.</param>
internal sealed class ServerClient(HttpClient http, string? key, RetryPolicy policy, TimeProvider clock, ITransferWatcher watcher)
{
    private bool _hasAnswered;

    public Uri Address => http.BaseAddress!;

    /// <summary>Sends a request, and reads its answer; both again where the connection breaks off or the server asks for it.</summary>
    /// <param name="make">Makes the request, each time the same one.</param>
    /// <param name="read">Reads an answer with status 2xx. Its <see cref="IOException"/> counts as a broken connection.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="TransferException">The server refuses it, or could not be reached often enough.</exception>
    public async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            TimeSpan? asked = null;
            string reason;
            try
            {
                using HttpRequestMessage request = make();
                if (key is not null)
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
                }

                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
                _hasAnswered = true;
                if (response.IsSuccessStatusCode)
                {
                    return await read(response, cancellation);
                }

                (string slug, reason) = await ReadProblemAsync(response, cancellation);
                asked = RetryAfter(response);
                if (!IsPassing(response.StatusCode, slug) || asked > RetryPolicy.AskedMax)
                {
                    throw new TransferException($"{Address}: {reason}");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                reason = exception is OperationCanceledException ? "no answer came in time" : exception.InnerException?.Message ?? exception.Message;
                if (!_hasAnswered && exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
                {
                    throw new TransferException($"{Address} cannot be reached: {reason}", exception); // mostly a wrong address
                }
            }

            if (tries >= policy.TriesMax)
            {
                throw new TransferException(string.Create(CultureInfo.InvariantCulture, $"{Address}: {reason} Given up after {tries} tries."));
            }

            TimeSpan wait = policy.WaitAfter(tries, asked);
            watcher.Remark(string.Create(CultureInfo.InvariantCulture, $"{reason} Trying again in {wait.TotalSeconds:0.#} s."));
            await Task.Delay(wait, clock, cancellation);
        }
    }

    /// <summary>What is there for a while only. A conflict is, where an earlier request with the same key is under way.</summary>
    private static bool IsPassing(HttpStatusCode status, string slug) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => true,
        HttpStatusCode.Conflict => slug == "request-in-progress",
        _ => false,
    };

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - clock.GetUtcNow(),
        _ => null,
    };

    /// <summary>What a problem (RFC 9457) says; of another answer its status.</summary>
    private static async Task<(string Slug, string Reason)> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        string status = string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}");
        try
        {
            using JsonDocument problem = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), default, cancellation);
            string slug = problem.RootElement.GetProperty("type").GetString()!.Split('/')[^1];
            return (slug, $"{(int)response.StatusCode} {slug}: {problem.RootElement.GetProperty("detail").GetString()}");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return (string.Empty, status + ".");
        }
    }
}
