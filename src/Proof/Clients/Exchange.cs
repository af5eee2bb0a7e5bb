using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>Sends a call and enters in the ledger what became of it.</summary>
/// <remarks>
/// Thread: any. On failure: whatever the connection does, the call is in the ledger with an unknown outcome; only what
/// the server must never answer is thrown, as <see cref="ViolationException"/>.
/// </remarks>
/// <param name="http">To the server.</param>
/// <param name="ledger">Takes every call.</param>
/// <param name="clock">Gives the timestamps.</param>
/// <param name="diskMayFail">The disk may be taken away under the server: then 500 is an honest answer.</param>
internal sealed class Exchange(HttpClient http, Ledger ledger, TimeProvider clock, bool diskMayFail)
{
    private volatile bool _isGone;

    /// <summary>A success below this level promises nothing; null: every level that is told is a promise.</summary>
    public string? Promise { get; init; }

    /// <summary>A call got no answer: there is nobody to talk to any more.</summary>
    public bool IsGone => _isGone;

    /// <summary>What stands under the key.</summary>
    /// <returns>Null where no answer came, or one that tells nothing.</returns>
    public async Task<Observation?> ReadAsync(string key, CancellationToken cancellation)
    {
        long number = ledger.NewCall();
        long began = clock.GetTimestamp();
        Observation? found = null;
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(PathOf(key), cancellation);
            byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
            found = answer.StatusCode switch
            {
                HttpStatusCode.OK => Seen(key, answer, body),
                HttpStatusCode.NotFound => Observation.Absent,
                HttpStatusCode.InternalServerError when diskMayFail => null,
                HttpStatusCode.ServiceUnavailable when Answers.OfWrite(answer.StatusCode, Encoding.UTF8.GetString(body), $"GET {key}") == Outcome.Refused => null,
                _ => throw new ViolationException($"GET {key}: answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(body)}"),
            };
        }
        catch (Exception exception) when (IsNoAnswer(exception) && !cancellation.IsCancellationRequested)
        {
            _isGone = true; // a read that saw nothing says nothing
        }

        var step = new Step { Key = key, Kind = StepKind.Read, Found = found };
        ledger.Add(new Call { Number = number, Began = began, Ended = clock.GetTimestamp(), Outcome = found is null ? Outcome.Refused : Outcome.Acknowledged, Steps = [step] });
        return found;
    }

    /// <summary>A PUT or DELETE of one document.</summary>
    /// <returns>The version that it made; null where none is known.</returns>
    public async Task<long?> WriteAsync(string key, StepKind kind, bool ifAbsent, long? ifVersion, string level, CancellationToken cancellation)
    {
        long number = ledger.NewCall();
        var step = new Step { Key = key, Kind = kind, Tag = kind == StepKind.Put ? Ledger.NewTag(number, 0) : 0, IfAbsent = ifAbsent, IfVersion = ifVersion };
        using var request = new HttpRequestMessage(kind == StepKind.Put ? HttpMethod.Put : HttpMethod.Delete, PathOf(key));
        request.Headers.Add("Durability", level);
        if (kind == StepKind.Put)
        {
            request.Content = Json(Bodies.Of(key, step.Tag));
        }

        if (ifAbsent)
        {
            request.Headers.Add("If-None-Match", "*");
        }

        if (ifVersion is { } version)
        {
            request.Headers.Add("If-Match", TagOf(version));
        }

        Call call = await SendAsync(request, number, [step], cancellation);
        return call.Outcome == Outcome.Acknowledged ? call.Sequence : null;
    }

    /// <summary>A batch of these steps, whose tags are made here.</summary>
    public async Task WriteBatchAsync(IReadOnlyList<Step> steps, string level, CancellationToken cancellation)
    {
        long number = ledger.NewCall();
        Step[] tagged = [.. steps.Select((step, index) => step.Kind == StepKind.Put ? step with { Tag = Ledger.NewTag(number, index) } : step)];
        using var request = new HttpRequestMessage(HttpMethod.Post, "/batch") { Content = Json($"{{\"operations\":[{string.Join(',', tagged.Select(Operation))}]}}") };
        request.Headers.Add("Durability", level);
        await SendAsync(request, number, tagged, cancellation);
    }

    private async Task<Call> SendAsync(HttpRequestMessage request, long number, Step[] steps, CancellationToken cancellation)
    {
        var call = new Call { Number = number, Began = clock.GetTimestamp(), Ended = 0, Outcome = Outcome.Unknown, Steps = steps };
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, cancellation);
            string body = await answer.Content.ReadAsStringAsync(cancellation);
            call = steps.Length == 1 && request.Method != HttpMethod.Post ? Single(call, answer, body) : Batch(call, answer, body);
        }
        catch (Exception exception) when (IsNoAnswer(exception) && !cancellation.IsCancellationRequested)
        {
            _isGone = true; // the server died, or the client lost patience: nobody knows what became of the call
        }

        call = call with { Ended = clock.GetTimestamp() };
        ledger.Add(call);
        return call;
    }

    private Call Single(Call call, HttpResponseMessage answer, string body)
    {
        Step step = call.Steps[0];
        if (IsDiskFault(answer))
        {
            return call;
        }

        Outcome outcome = Answers.OfWrite(answer.StatusCode, body, $"{step}");
        long? sequence = Answers.Sequence(answer);
        if (outcome == Outcome.Acknowledged && step.Kind == StepKind.Put && (sequence is null || Answers.Version(answer) != sequence))
        {
            throw new ViolationException($"{step}: acknowledged with sequence {sequence} and entity tag {answer.Headers.ETag}");
        }

        step = outcome switch
        {
            Outcome.Acknowledged => step with { Existed = answer.StatusCode == HttpStatusCode.NoContent },
            Outcome.ConditionFailed => step with { CurrentVersion = CurrentOf(body) },
            _ => step,
        };
        return call with { Outcome = Promised(outcome, answer), Steps = [step], Sequence = answer.StatusCode == HttpStatusCode.NotFound ? null : sequence };
    }

    private Call Batch(Call call, HttpResponseMessage answer, string body)
    {
        if (IsDiskFault(answer))
        {
            return call;
        }

        Outcome outcome = Answers.OfWrite(answer.StatusCode, body, $"batch {call.Number}");
        Step[] steps = [.. call.Steps];
        long? sequence = null;
        if (outcome == Outcome.Acknowledged)
        {
            using JsonDocument document = JsonDocument.Parse(body);
            sequence = document.RootElement.GetProperty("sequence"u8).GetInt64();
            JsonElement results = document.RootElement.GetProperty("results"u8);
            for (int index = 0; index < steps.Length; index++)
            {
                steps[index] = steps[index] with { Existed = steps[index].IsWrite ? results[index].GetProperty("status"u8).GetInt32() == (int)HttpStatusCode.NoContent : null };
            }
        }
        else if (outcome == Outcome.ConditionFailed)
        {
            using JsonDocument document = JsonDocument.Parse(body);
            foreach (JsonElement failure in document.RootElement.GetProperty("failures"u8).EnumerateArray())
            {
                int index = failure.GetProperty("index"u8).GetInt32();
                steps[index] = steps[index] with { CurrentVersion = Answers.CurrentVersion(failure) };
            }
        }

        bool wroteNothing = outcome == Outcome.Acknowledged && !Array.Exists(steps, step => step.IsWrite && step.ChangesWhenAcknowledged);
        return call with { Outcome = Promised(outcome, answer), Steps = steps, Sequence = wroteNothing ? null : sequence ?? Answers.Sequence(answer) };
    }

    private Outcome Promised(Outcome outcome, HttpResponseMessage answer) =>
        outcome == Outcome.Acknowledged && Promise is not null && Answers.Level(answer) is { } level && level != Promise ? Outcome.Buffered : outcome;

    private bool IsDiskFault(HttpResponseMessage answer) => diskMayFail && answer.StatusCode == HttpStatusCode.InternalServerError;

    private static long? CurrentOf(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        return Answers.CurrentVersion(document.RootElement);
    }

    private static Observation Seen(string key, HttpResponseMessage answer, byte[] body) =>
        Bodies.TagOf(key, body) is { } tag && Answers.Version(answer) is { } version
            ? new Observation(tag, version)
            : throw new ViolationException($"GET {key}: something that was never written: {Encoding.UTF8.GetString(body)}");

    private static string Operation(Step step)
    {
        string operation = step.Kind switch { StepKind.Put => "put", StepKind.Delete => "delete", _ => "check" };
        string condition = step.IfVersion is { } version ? $",\"ifMatch\":\"\\\"{version.ToString(CultureInfo.InvariantCulture)}\\\"\"" : string.Empty;
        string absent = step.IfAbsent ? ",\"ifNoneMatch\":\"*\"" : string.Empty;
        string body = step.Kind == StepKind.Put ? $",\"body\":{Bodies.Of(step.Key, step.Tag)}" : string.Empty;
        return $"{{\"op\":\"{operation}\",\"id\":\"{step.Key}\"{condition}{absent}{body}}}";
    }

    private static string TagOf(long version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";

    private static string PathOf(string key) => $"/docs/{key}";

    private static StringContent Json(string body) => new(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));

    /// <summary>
    /// The connection ended or the time was over; anything else is a fault of ours or of the server. The framework
    /// lets a bare <see cref="SocketException"/> through when the server dies just after it has accepted.
    /// </summary>
    private static bool IsNoAnswer(Exception exception) => exception is HttpRequestException or OperationCanceledException or IOException or SocketException;
}
