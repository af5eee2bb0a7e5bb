using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Clients;

/// <summary>
/// After each crash, the histories: every version that was acknowledged is kept and has its bytes, unless as many newer ones are kept
/// as the collection asks for; and every version that is listed can be read. In the end, the files of versions: there are those that are
/// listed, and no others.
/// </summary>
/// <remarks>Owns: the versions that clients were told of and that may still be kept. Thread: one. On failure: as a list of violations.</remarks>
/// <param name="patience">So long the files may take: <see cref="FilesTimeMax"/>.</param>
internal sealed class VersionCheck(TimeSpan patience)
{
    /// <summary>The history of the collection. Few: so that versions are dropped all the time.</summary>
    public const int Kept = 5;

    /// <summary>Until the files are right. What is beyond a history is dropped once a second.</summary>
    public static readonly TimeSpan FilesTimeMax = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, SortedDictionary<long, long>> _told = []; // by key: tags by versions
    private readonly Dictionary<string, IReadOnlyList<long>> _listed = []; // by key: at the last look

    /// <summary>Versions read so far.</summary>
    public int Versions { get; private set; }

    /// <summary>The calls of an epoch in which the collection was declared.</summary>
    public void Note(IEnumerable<Call> calls, CrashKind crash)
    {
        foreach (Call call in calls.Where(call => call.Outcome == Outcome.Acknowledged || (call.Outcome == Outcome.Buffered && crash == CrashKind.Kill)))
        {
            foreach (Step put in call.Steps.Where(step => step.Kind == StepKind.Put && call.Sequence is not null))
            {
                ToldOf(put.Key)[call.Sequence!.Value] = put.Tag;
            }
        }
    }

    /// <summary>Reads every version that is listed, and looks for every one that must be.</summary>
    /// <param name="http">To a server that has just started, and whose index answers.</param>
    /// <param name="keys">Of all documents.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<string>> CompareAsync(HttpClient http, IEnumerable<string> keys, CancellationToken cancellation)
    {
        var violations = new List<string>();
        foreach (string key in keys)
        {
            List<long> listed = await ListAsync(http, key, cancellation);
            _listed[key] = listed;
            SortedDictionary<long, long> told = ToldOf(key);
            foreach (long version in listed)
            {
                long? tag = await ReadAsync(http, key, version, cancellation);
                Versions++;
                if (tag is null || (told.TryGetValue(version, out long written) && tag != written))
                {
                    violations.Add($"lost version: {key} lists version {version}, and has write {tag?.ToString(CultureInfo.InvariantCulture) ?? "nothing"} there");
                }
            }

            if (!listed.SequenceEqual(listed.Distinct().OrderDescending()) || listed.Count > Kept)
            {
                violations.Add($"the history of {key} is [{string.Join(' ', listed)}]: not {Kept} versions at most, the newest first");
            }

            long oldest = listed.Count < Kept ? 0 : listed.Min(); // what is older is dropped rightly
            violations.AddRange(told.Keys.Where(version => version >= oldest && !listed.Contains(version))
                .Select(version => $"lost version: {key} had an acknowledged version {version}, and keeps [{string.Join(' ', listed)}]"));
            Array.ForEach([.. told.Keys.Where(version => version < oldest)], version => told.Remove(version));
        }

        return violations;
    }

    /// <summary>Waits until the files of versions are those that <see cref="CompareAsync"/> has found listed. Every violation.</summary>
    /// <param name="dataDirectory">Of a running server that has taken no write since.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<IReadOnlyList<string>> CompareFilesAsync(string dataDirectory, TimeProvider clock, CancellationToken cancellation)
    {
        string listed = Describe(_listed.SelectMany(one => one.Value.Select(version => FileOf(one.Key, version))));
        string found;
        long began = clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), clock);
        while ((found = Describe(FilesIn(Path.Combine(dataDirectory, "history")))) != listed)
        {
            if (clock.GetElapsedTime(began) >= patience)
            {
                return [$"files of versions are [{found}], and listed are [{listed}]"];
            }

            await timer.WaitForNextTickAsync(cancellation);
        }

        return [];
    }

    /// <summary>As docs/on-disk-format.md names it; keys have small letters, digits and slashes alone.</summary>
    private static string FileOf(string key, long version) => string.Create(CultureInfo.InvariantCulture, $"{Uri.EscapeDataString(key)}.json.{version}");

    private static IEnumerable<string> FilesIn(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)) : [];

    private static string Describe(IEnumerable<string> files) => string.Join(' ', files.Order(StringComparer.Ordinal));

    private static async Task<List<long>> ListAsync(HttpClient http, string key, CancellationToken cancellation)
    {
        string target = $"/versions?id={key}&limit=1000";
        using HttpResponseMessage answer = await http.GetAsync(target, cancellation);
        string body = await answer.Content.ReadAsStringAsync(cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new ViolationException($"GET {target}: answered {(int)answer.StatusCode}: {body}");
        }

        using JsonDocument page = JsonDocument.Parse(body);
        return [.. page.RootElement.GetProperty("versions"u8).EnumerateArray().Where(one => one.GetProperty("op"u8).GetString() == "put").Select(one => one.GetProperty("version"u8).GetInt64())];
    }

    /// <summary>The write that the version holds; null where it cannot be read, or holds anything else.</summary>
    private static async Task<long?> ReadAsync(HttpClient http, string key, long version, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await http.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/docs/{key}?version={version}"), cancellation);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (answer.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotFound))
        {
            throw new ViolationException($"GET {key}, version {version}: answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(body)}");
        }

        return answer.StatusCode == HttpStatusCode.OK && Answers.Version(answer) == version ? Bodies.TagOf(key, body) : null;
    }

    private SortedDictionary<long, long> ToldOf(string key)
    {
        if (!_told.TryGetValue(key, out SortedDictionary<long, long>? told))
        {
            _told[key] = told = [];
        }

        return told;
    }
}
