using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>
/// After each crash, the index against the documents: a full listing, every declared index and a search for words find
/// exactly what reads of each document have found.
/// </summary>
/// <remarks>Thread: one. On failure: <see cref="ViolationException"/>, also where the index is not there in time.</remarks>
/// <param name="http">To a server that has just started.</param>
/// <param name="clock">For waiting.</param>
internal sealed class QueryCheck(HttpClient http, TimeProvider clock)
{
    /// <summary>What the ids of all documents of a campaign begin with.</summary>
    public const string Prefix = "k/";

    /// <summary>In each body, with its key: <see cref="Bodies"/>.</summary>
    private const string Word = "k";

    private static readonly string Definition =
        $$$"""{"prefix":"k/","indexes":{"by-tag":{"fields":["w"],"unique":true},"by-key":{"fields":["k","-w"]},"words":{"text":["k"]}},"history":{{{VersionCheck.Kept}}}}""";

    private const string Collection = "/collections/documents";

    /// <summary>An index of a few documents is made anew in less than a second.</summary>
    private static readonly TimeSpan IndexTimeMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Declares the indexes, once; from then on each start must have the definition to the byte. False where the server keeps no index.</summary>
    public async Task<bool> DeclareAsync(bool isDeclared, CancellationToken cancellation)
    {
        using (JsonDocument status = JsonDocument.Parse(await http.GetStringAsync("/status", cancellation)))
        {
            if (!status.RootElement.TryGetProperty("index"u8, out JsonElement index) || index.GetProperty("state"u8).GetString() == "off")
            {
                return false;
            }
        }

        if (isDeclared)
        {
            string found = await http.GetStringAsync(Collection, cancellation);
            return found == Definition ? true : throw new ViolationException($"the definition of the collection is {found}, not {Definition}");
        }

        using var body = new StringContent(Definition, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await http.PutAsync($"{Collection}?wait=30", body, cancellation);
        return answer.IsSuccessStatusCode ? true
            : throw new ViolationException($"the collection is answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
    }

    /// <summary>Asks in every way, and compares.</summary>
    /// <param name="found">What reads of the documents have found.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<string>> CompareAsync(IReadOnlyDictionary<string, Observation> found, CancellationToken cancellation)
    {
        (string Id, Observation Document)[] there = [.. found.Where(one => !one.Value.IsAbsent).Select(one => (one.Key, one.Value)).OrderBy(one => one.Key, StringComparer.Ordinal)];
        (string Id, Observation Document)[] byTag = [.. there.OrderBy(one => one.Document.Tag)];
        List<string> violations =
        [
            .. await CompareAsync($"prefix={Prefix}", "documents", there, cancellation),
            .. await CompareAsync("collection=documents&filter={\"w\":{\"$gt\":0}}&sort=w", "by-tag", byTag, cancellation),
            .. await CompareAsync($"collection=documents&search={Word}&sort=$id", "words", there, cancellation),
        ];
        foreach ((string id, Observation document) in found.Select(one => (one.Key, one.Value)))
        {
            (string, Observation)[] one = document.IsAbsent ? [] : [(id, document)];
            violations.AddRange(await CompareAsync($"collection=documents&filter={{\"k\":\"{id}\"}}", "by-key", one, cancellation));
        }

        return violations;
    }

    private async Task<IReadOnlyList<string>> CompareAsync(
        string parameters, string index, (string Id, Observation Document)[] expected, CancellationToken cancellation)
    {
        using JsonDocument answer = JsonDocument.Parse(await AskAsync($"/docs?{Escape(parameters)}&explain=true&limit=1000", cancellation));
        JsonElement plan = answer.RootElement.GetProperty("plan"u8);
        if ((plan.GetProperty("index"u8).GetString() ?? plan.GetProperty("reads"u8).GetString()) != index)
        {
            return [$"{parameters} did not use the index {index}: {plan}"];
        }

        List<(string Id, Observation Document)> given = [];
        foreach (JsonElement document in answer.RootElement.GetProperty("documents"u8).EnumerateArray())
        {
            string id = document.GetProperty("id"u8).GetString()!;
            long? tag = Bodies.TagOf(id, Encoding.UTF8.GetBytes(document.GetProperty("body"u8).GetRawText()));
            given.Add((id, new Observation(tag ?? -1, document.GetProperty("version"u8).GetInt64())));
        }

        return given.SequenceEqual(expected) ? [] : [$"{parameters} finds {Describe(given)}, reads have found {Describe(expected)}"];
    }

    /// <summary>Again while the index is being made: that is an honest answer, an incomplete page is none.</summary>
    private async Task<string> AskAsync(string target, CancellationToken cancellation)
    {
        long began = clock.GetTimestamp();
        while (true)
        {
            using HttpResponseMessage answer = await http.GetAsync(target, cancellation);
            string body = await answer.Content.ReadAsStringAsync(cancellation);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return body;
            }

            bool isMade = answer.StatusCode == HttpStatusCode.ServiceUnavailable && body.Contains("/problems/index-building", StringComparison.Ordinal);
            if (!isMade || clock.GetElapsedTime(began) > IndexTimeMax)
            {
                throw new ViolationException($"GET {target}: answered {(int)answer.StatusCode} after {clock.GetElapsedTime(began)}: {body}");
            }

            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static string Escape(string parameters) => parameters.Replace("{", "%7B", StringComparison.Ordinal)
        .Replace("}", "%7D", StringComparison.Ordinal).Replace("\"", "%22", StringComparison.Ordinal).Replace("$", "%24", StringComparison.Ordinal);

    private static string Describe(IEnumerable<(string Id, Observation Document)> documents) =>
        string.Create(CultureInfo.InvariantCulture, $"[{string.Join("; ", documents.Select(one => $"{one.Id}: {one.Document}"))}]");
}
