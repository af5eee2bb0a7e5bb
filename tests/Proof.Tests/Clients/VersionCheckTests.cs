using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;

namespace DocService.Proof.Tests.Clients;

/// <summary>What clients were told of versions is held against what is kept and against the files; each fault of a history is found out.</summary>
public sealed class VersionCheckTests : IDisposable
{
    private const string Key = "k/0";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("docservice-versions-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task Compare_EachIsThere_NoViolation() => Assert.Empty(await CompareAsync(told: [3, 4, 9], kept: [9, 4, 3]));

    [Fact]
    public async Task Compare_FiveNewerOnesAreKept_TheOldestMayBeGone() => Assert.Empty(await CompareAsync(told: [1, 2, 3, 4, 5, 6], kept: [6, 5, 4, 3, 2]));

    [Fact]
    public async Task Compare_OneIsLost_IsAViolation() => Assert.Contains("version 4", Assert.Single(await CompareAsync(told: [3, 4, 9], kept: [9, 3])), StringComparison.Ordinal);

    [Fact]
    public async Task Compare_FewerThanFiveAreKept_IsAViolation() => Assert.Single(await CompareAsync(told: [1, 2, 3, 4, 5, 6], kept: [6, 5, 4, 3]), violation => violation.Contains("version 2", StringComparison.Ordinal));

    [Fact]
    public async Task Compare_MoreThanFiveAreListed_IsAViolation() => Assert.NotEmpty(await CompareAsync(told: [], kept: [6, 5, 4, 3, 2, 1]));

    [Fact]
    public async Task Compare_NotTheNewestFirst_IsAViolation() => Assert.NotEmpty(await CompareAsync(told: [3, 4], kept: [3, 4]));

    [Fact]
    public async Task Compare_AListedVersionCannotBeRead_IsAViolation() => Assert.NotEmpty(await CompareAsync(told: [], kept: [4, 3], unreadable: 3));

    [Fact]
    public async Task CompareFiles_ThoseOfTheList_NoViolation() => Assert.Empty(await CompareFilesAsync(kept: [9, 4], files: [4, 9]));

    /// <summary>What is beyond the history was told of no more, and its file stayed: nobody looked.</summary>
    [Fact]
    public async Task CompareFiles_ASurplusFileStays_IsAViolation() => Assert.Contains(".3", Assert.Single(await CompareFilesAsync(kept: [9, 4], files: [3, 4, 9])), StringComparison.Ordinal);

    [Fact]
    public async Task CompareFiles_AFileIsMissing_IsAViolation() => Assert.Single(await CompareFilesAsync(kept: [9, 4], files: [9]));

    private static Task<IReadOnlyList<string>> CompareAsync(long[] told, long[] kept, long unreadable = 0) => CompareAsync(new VersionCheck(TimeSpan.Zero), told, kept, unreadable);

    private static async Task<IReadOnlyList<string>> CompareAsync(VersionCheck check, long[] told, long[] kept, long unreadable)
    {
        check.Note(told.Select(CallOf), CrashKind.Kill);
        using var http = new HttpClient(new Server(kept, unreadable)) { BaseAddress = new Uri("http://localhost") };
        return await check.CompareAsync(http, [Key], default);
    }

    private static Call CallOf(long version) => new()
    {
        Number = version,
        Began = version,
        Ended = version,
        Outcome = Outcome.Acknowledged,
        Sequence = version,
        Steps = [new Step { Key = Key, Kind = StepKind.Put, Tag = version }],
    };

    private async Task<IReadOnlyList<string>> CompareFilesAsync(long[] kept, long[] files)
    {
        string shard = Path.Combine(_data.FullName, "history", "3f");
        Directory.CreateDirectory(shard);
        foreach (long version in files)
        {
            await File.WriteAllTextAsync(Path.Combine(shard, $"k%2F0.json.{version}"), "x");
        }

        var check = new VersionCheck(TimeSpan.Zero);
        Assert.Empty(await CompareAsync(check, [], kept, unreadable: 0));
        return await check.CompareFilesAsync(_data.FullName, TimeProvider.System, default);
    }

    /// <summary>A server with these versions, each with the write of its own number.</summary>
    private sealed class Server(long[] kept, long unreadable) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(request.RequestUri!.AbsolutePath == "/versions" ? List() : Read(long.Parse(request.RequestUri.Query.Split('=')[1], CultureInfo.InvariantCulture)));

        private HttpResponseMessage List() => new(kept.Length == 0 ? HttpStatusCode.NotFound : HttpStatusCode.OK)
        {
            Content = new StringContent(JsonSerializer.Serialize(new { versions = kept.Select(version => new { version, op = "put" }) })),
        };

        private HttpResponseMessage Read(long version) => version == unreadable
            ? new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("{}") }
            : new HttpResponseMessage(HttpStatusCode.OK)
            {
                Headers = { ETag = new EntityTagHeaderValue($"\"{version}\"") },
                Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Bodies.Of(Key, version))),
            };
    }
}
