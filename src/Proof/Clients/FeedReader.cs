using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>
/// Follows the change feed through all crashes of a campaign and makes a copy. After each crash it goes on where it was: then
/// the copy must be the documents. A change that it was told and that the crash took back, or that it was never told, shows there.
/// </summary>
/// <remarks>Owns: the copy and its position. Thread: one at a time. On failure: <see cref="ViolationException"/>.</remarks>
/// <param name="clock">For waiting.</param>
/// <param name="diskMayFail">An answer of 500 tells nothing.</param>
internal sealed class FeedReader(TimeProvider clock, bool diskMayFail)
{
    private const string Beginning = "0";

    /// <summary>Of an index that is being made, as in <see cref="QueryCheck"/>.</summary>
    private static readonly TimeSpan IndexTimeMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, Observation> _copy = [];
    private string _position = Beginning;
    private long _last; // sequence that it was told last

    /// <summary>What it has been told.</summary>
    public int Changes { get; private set; }

    /// <summary>How often it was told to begin again.</summary>
    public int Resets { get; private set; }

    /// <summary>Page by page, waiting for changes, until it is stopped or the server is gone.</summary>
    public async Task FollowAsync(HttpClient http, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                if (await ReadPageAsync(http, "&wait=1", stop) is { Refusal: not null })
                {
                    await Task.Delay(Pause, clock, stop);
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or SocketException)
        {
            // The server is gone, or it is enough: it goes on after the next start.
        }
    }

    /// <summary>Reads to the end, and compares.</summary>
    /// <param name="http">To a server that nobody writes to.</param>
    /// <param name="found">What reads of the documents have found.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<string>> CompareAsync(HttpClient http, IReadOnlyDictionary<string, Observation> found, CancellationToken cancellation)
    {
        long began = clock.GetTimestamp();
        Page page;
        do
        {
            page = await ReadPageAsync(http, string.Empty, cancellation);
            if (page.Refusal is not null)
            {
                if (clock.GetElapsedTime(began) > IndexTimeMax)
                {
                    throw new ViolationException($"GET /changes: not answered after {clock.GetElapsedTime(began)}: {page.Refusal}");
                }

                await Task.Delay(Pause, clock, cancellation);
            }
        }
        while (!page.IsThrough);

        string expected = Describe(found.Where(one => !one.Value.IsAbsent));
        string copy = Describe(_copy);
        return copy == expected ? [] : [$"the copy made of changes has {copy}, reads have found {expected}"];
    }

    private async Task<Page> ReadPageAsync(HttpClient http, string more, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await http.GetAsync($"/changes?prefix={QueryCheck.Prefix}&limit=5&since={_position}{more}", cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        switch (answer.StatusCode)
        {
            case HttpStatusCode.OK:
                using (JsonDocument page = JsonDocument.Parse(body))
                {
                    return new Page(Take(page.RootElement), null);
                }

            case HttpStatusCode.Gone when _position != Beginning:
                Resets++;
                _copy.Clear();
                _position = Beginning;
                _last = 0;
                return new Page(false, null);
            case HttpStatusCode.ServiceUnavailable:
            case HttpStatusCode.InternalServerError when diskMayFail:
                return new Page(false, body);
            default:
                throw new ViolationException($"GET /changes since {_position}: answered {(int)answer.StatusCode}: {body}");
        }
    }

    /// <summary>Whether the copy should be the documents now.</summary>
    private bool Take(JsonElement page)
    {
        long before = _last;
        HashSet<string> told = [];
        foreach (JsonElement change in page.GetProperty("changes"u8).EnumerateArray())
        {
            string id = change.GetProperty("id"u8).GetString()!;
            long version = change.GetProperty("version"u8).GetInt64();
            if (version <= before || version < _last)
            {
                throw new ViolationException($"the feed tells {change} behind sequence {_last}");
            }

            if (!told.Add(id))
            {
                throw new ViolationException($"a page of the feed tells {id} twice: {page}");
            }

            _last = version;
            Changes++;
            Apply(change, id, version);
        }

        _position = page.GetProperty("next"u8).GetString()!;
        return _position == page.GetProperty("through"u8).GetString();
    }

    private void Apply(JsonElement change, string id, long version)
    {
        switch (change.GetProperty("op"u8).GetString())
        {
            case "put":
                byte[] body = Encoding.UTF8.GetBytes(change.GetProperty("body"u8).GetRawText());
                _copy[id] = new Observation(Bodies.TagOf(id, body) ?? throw new ViolationException($"the feed tells something that was never written: {change}"), version);
                break;
            case "delete":
                _copy.Remove(id);
                break;
            default:
                throw new ViolationException($"the feed tells {change} to a reader without a filter");
        }
    }

    private static string Describe(IEnumerable<KeyValuePair<string, Observation>> documents) => string.Create(
        CultureInfo.InvariantCulture, $"[{string.Join("; ", documents.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}"))}]");

    /// <param name="IsThrough">There is nothing more.</param>
    /// <param name="Refusal">Why there was no page; null where there was one, or a reset.</param>
    private readonly record struct Page(bool IsThrough, string? Refusal);
}
