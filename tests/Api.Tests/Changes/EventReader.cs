using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Changes;

/// <summary>Reads a stream of events as a client does, comments included.</summary>
/// <remarks>Owns: the answer. Every wait ends with an exception after two minutes.</remarks>
internal sealed class EventReader : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage response, Stream body)
    {
        _response = response;
        _lines = new StreamReader(body);
    }

    public HttpResponseMessage Response => _response;

    public static async Task<EventReader> OpenAsync(TestApplication application, string target, string? lastEventId = null)
    {
        using HttpRequestMessage request = Requests.Request("GET", target, ("Accept", "text/event-stream"));
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        HttpResponseMessage response = await application.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(System.Net.HttpStatusCode.OK, response.StatusCode);
        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event or comment; null at the end.</summary>
    public async Task<ReadEvent?> NextAsync()
    {
        var read = new ReadEvent();
        bool isAny = false;
        while (await _lines.ReadLineAsync(_patience.Token) is { } line)
        {
            if (line.Length == 0 && isAny)
            {
                return read;
            }

            isAny |= line.Length > 0;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string value = colon < 0 ? "" : line[(colon + 1)..].TrimStart(' ');
            read = (colon < 0 ? line : line[..colon]) switch
            {
                "event" => read with { Event = value },
                "data" => read with { Data = read.Data is null ? value : $"{read.Data}\n{value}" },
                "id" => read with { Id = value },
                "retry" => read with { Retry = value },
                "" => read,
                _ => throw new InvalidOperationException($"No field of an event: {line}"),
            };
        }

        Assert.False(isAny, "the stream ends inside an event");
        return null;
    }

    /// <summary>The next one that has data.</summary>
    public async Task<ReadEvent> NextEventAsync()
    {
        while (true)
        {
            ReadEvent? read = await NextAsync();
            Assert.NotNull(read);
            if (read.Data is not null)
            {
                return read;
            }
        }
    }

    /// <summary>The next change; what else is said is passed.</summary>
    public async Task<ReadEvent> NextChangeAsync()
    {
        while (true)
        {
            ReadEvent read = await NextEventAsync();
            Assert.True(read.Event is null or "progress", read.ToString());
            if (read.Event is null)
            {
                return read;
            }
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
        _patience.Dispose();
    }

    internal sealed record ReadEvent(string? Event = null, string? Data = null, string? Id = null, string? Retry = null)
    {
        public JsonElement Json() => JsonDocument.Parse(Data!).RootElement;

        /// <summary>As <c>put a</c>, without what stands before the last slash of the id.</summary>
        public string Told() => $"{Json().GetProperty("op").GetString()} {Json().GetProperty("id").GetString()!.Split('/')[^1]}";
    }
}
