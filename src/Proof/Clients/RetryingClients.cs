using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace DocService.Proof.Clients;

/// <summary>
/// Clients that count: each adds one to a number of its own, gives each request a key, and sends it again with that key until it has
/// an answer, across crashes. Then its number is how many requests it has made: more means that one was carried out twice, less
/// that one was lost.
/// </summary>
/// <remarks>
/// Owns: how many requests each client has had answered. Thread: one flow for each client; <see cref="JudgeAsync"/> when none runs.
/// On failure: no answer leaves the request to be sent again; what must never be answered is a <see cref="ViolationException"/>.
/// </remarks>
internal sealed class RetryingClients(TimeProvider clock)
{
    private const int Clients = 4;

    /// <summary>A server that is fenced or out of time refuses for as long as it lives.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly string _name = Guid.NewGuid().ToString("N"); // keys of another run are not these
    private readonly long[] _answered = new long[Clients];
    private readonly bool[] _isSent = new bool[Clients]; // the next one was sent and has no answer
    private int _requests;
    private int _repeated;
    private int _replayed;

    /// <summary>Requests with an answer.</summary>
    public int Requests => _requests;

    /// <summary>Times that one was sent again because no answer had come.</summary>
    public int Repeated => _repeated;

    /// <summary>Answers that said that an earlier one had been carried out.</summary>
    public int Replayed => _replayed;

    /// <summary>Until they are stopped, or the server is gone.</summary>
    public Task RunAsync(HttpClient http, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Clients).Select(client => RunOneAsync(http, client, stop)));

    /// <summary>Sends what has no answer again, and compares the numbers. Every violation.</summary>
    public async Task<IReadOnlyList<string>> JudgeAsync(HttpClient http, CancellationToken cancellation)
    {
        var violations = new List<string>();
        for (int client = 0; client < Clients; client++)
        {
            while (_isSent[client])
            {
                cancellation.ThrowIfCancellationRequested();
                if (!await SendAsync(http, client, isUnderLoad: false))
                {
                    throw new ViolationException($"{KeyOf(client)} was not answered after a start");
                }
            }

            long found = await ReadAsync(http, client, cancellation);
            if (found != _answered[client])
            {
                violations.Add($"{IdOf(client)} is {found} after {_answered[client]} requests: {(found > _answered[client] ? "one was carried out twice" : "one was lost")}");
            }
        }

        return violations;
    }

    private async Task RunOneAsync(HttpClient http, int client, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested && await SendAsync(http, client, isUnderLoad: true))
        {
        }
    }

    /// <summary>False when no answer came: there is nobody to talk to any more.</summary>
    /// <param name="http">The server.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="isUnderLoad">A device whose power is being cut fails before the server ends: then it cannot know what it cannot read.</param>
    private async Task<bool> SendAsync(HttpClient http, int client, bool isUnderLoad)
    {
        _repeated += _isSent[client] ? 1 : 0;
        _isSent[client] = true;
        try
        {
            using HttpRequestMessage request = Make(client);
            using HttpResponseMessage answer = await http.SendAsync(request);
            string body = await answer.Content.ReadAsStringAsync();
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    _isSent[client] = false;
                    _answered[client]++;
                    Interlocked.Increment(ref _requests);
                    Interlocked.Add(ref _replayed, answer.Headers.Contains("Idempotency-Replayed") ? 1 : 0);
                    return true;
                case HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable or HttpStatusCode.InsufficientStorage or HttpStatusCode.InternalServerError
                    when !body.Contains("/problems/requests-unknown", StringComparison.Ordinal) || (isUnderLoad && body.Contains("EIO", StringComparison.Ordinal)):
                    await Task.Delay(Pause, clock); // it says that it cannot now: asking it without a pause would tell nothing more
                    return true;
                default:
                    throw new ViolationException($"{KeyOf(client)} is answered {(int)answer.StatusCode}: {body}");
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            return false;
        }
    }

    private HttpRequestMessage Make(int client)
    {
        string batch = $$"""{"operations":[{"op":"add","id":"{{IdOf(client)}}","path":"/n","by":1,"create":true},{"op":"delete","id":"{{IdOf(client)}}/nothing"}]}""";
        var request = new HttpRequestMessage(HttpMethod.Post, "/batch") { Content = new StringContent(batch, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Idempotency-Key", $"\"{KeyOf(client)}\"");
        return request;
    }

    private static async Task<long> ReadAsync(HttpClient http, int client, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await http.GetAsync($"/docs/{IdOf(client)}", cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.StatusCode switch
        {
            HttpStatusCode.NotFound => 0,
            HttpStatusCode.OK => JsonDocument.Parse(body).RootElement.GetProperty("n"u8).GetInt64(),
            _ => throw new ViolationException($"GET {IdOf(client)} is answered {(int)answer.StatusCode}: {body}"),
        };
    }

    private static string IdOf(int client) => string.Create(CultureInfo.InvariantCulture, $"counted/{client}");

    private string KeyOf(int client) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{client}-{_answered[client]}");
}
