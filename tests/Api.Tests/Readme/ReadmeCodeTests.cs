using System.Net;
using System.Net.Http.Json;
using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace DocService.Api.Tests.Readme;

/// <summary>
/// The README's C#, compiled and run: what stands between the marks is what is printed there, but for the address
/// and the indentation. <see cref="ReadmeTests"/> compares them.
/// </summary>
public sealed class ReadmeCodeTests : IDisposable
{
    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Client_AsPrinted_CreatesReadsAndReplaces()
    {
        await using var app = new TestApplication(new ApplicationSettings { UsesSockets = true });
        string address = app.Client.BaseAddress!.ToString();

        // <client>
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        HttpResponseMessage created = await client.PutAsJsonAsync("/docs/users/7", new User("Ada", 36));
        created.EnsureSuccessStatusCode(); // from here on it survives a power cut

        HttpResponseMessage read = await client.GetAsync("/docs/users/7");
        User ada = (await read.Content.ReadFromJsonAsync<User>())!;

        using var change = new HttpRequestMessage(HttpMethod.Put, "/docs/users/7") { Content = JsonContent.Create(ada with { Age = 37 }) };
        change.Headers.IfMatch.Add(read.Headers.ETag!); // replace only what was read
        HttpResponseMessage replaced = await client.SendAsync(change);
        bool wasFirst = replaced.StatusCode != HttpStatusCode.PreconditionFailed; // else: read again, change again
        // </client>

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.True(wasFirst);
        Assert.Equal(new User("Ada", 37), await client.GetFromJsonAsync<User>("/docs/users/7"));
        using var late = new HttpRequestMessage(HttpMethod.Put, "/docs/users/7") { Content = JsonContent.Create(ada) };
        late.Headers.IfMatch.Add(read.Headers.ETag!);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await client.SendAsync(late)).StatusCode);
    }

    [Fact]
    public async Task Factory_AsPrinted_ServesOnASmallDirectory()
    {
        string directory = _directory.Path;

        // <factory>
        await using WebApplicationFactory<Program> server = new WebApplicationFactory<Program>().WithWebHostBuilder(host =>
        {
            host.UseSetting("DocService:DataDirectory", directory);
            host.UseSetting("DocService:SegmentBytes", "2097152");
            host.UseSetting("DocService:JournalBytes", "16777216");
            host.UseSetting("DocService:MaxDocumentBytes", "1048576");
        });
        server.UseKestrel(0); // a real socket on a free port; without it, requests are answered in memory
        using HttpClient client = server.CreateClient();
        // </factory>

        Assert.Equal(HttpStatusCode.Created, (await client.PutAsJsonAsync("/docs/a%252Fb", 1)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/docs/a%2Fb")).StatusCode);
        long bytes = new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        Assert.InRange(bytes, 1, 13 << 20); // "12 MB"
    }

    /// <summary>"In memory a path reaches the server decoded: %2F and %252F are then the same id."</summary>
    [Fact]
    public async Task Factory_InMemory_TakesTwoSpellingsForOneId()
    {
        await using var app = new TestApplication();

        Assert.Equal(HttpStatusCode.Created, (await app.Client.PutAsJsonAsync("/docs/a%252Fb", 1)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Client.GetAsync("/docs/a%2Fb")).StatusCode);
    }

    private sealed record User(string Name, int Age);
}
