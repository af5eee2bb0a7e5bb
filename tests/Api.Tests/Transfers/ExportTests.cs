using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer;
using DocService.Transfer.Http;
using DocService.Transfer.Receiving;
using DocService.Transfer.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using ZstdSharp;

namespace DocService.Api.Tests.Transfers;

/// <summary>Exports to files, and what becomes of those that are cut short.</summary>
[Collection(TransferApplication.Collection)]
public sealed class ExportTests(TransferApplication transfers) : IDisposable
{
    private const string Whole = "{\"id\":\"a\",\"etag\":\"\\\"1\\\"\",\"raw\":\"1\"}\n{\"id\":\"b\",\"etag\":\"\\\"2\\\"\",\"raw\":\"2\"}\n{\"asOf\":2,\"count\":2}\n";

    private readonly TestDirectory _directory = new();
    private readonly string _prefix = TransferApplication.NewPrefix();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("all.ndjson")]
    [InlineData("all.ndjson.zst")]
    public async Task AnExport_ImportedElsewhere_KeepsIdsAndEveryByte(string name)
    {
        string[] bodies = ["{ \"n\" : 1.50 ,\r\n \"e\":1e400 }", "\"\\u00fc ü 🦀 \\\"\\\\\"", "[]", " null\n", $"\"{new string('x', 300_000)}\""];
        for (int n = 0; n < bodies.Length; n++)
        {
            using HttpResponseMessage put = await transfers.Application.SendAsync("PUT", $"/docs/{_prefix}ü/{n}", bodies[n]);
            Assert.True(put.IsSuccessStatusCode);
        }

        string path = PathOf(name);
        (long documents, Watching told) = await transfers.ExportAsync(new ExportOptions { Path = path, Prefix = _prefix });
        (ImportTotals totals, Watching imported) = await transfers.ImportAsync(new ImportOptions { Sources = [path], Prefix = _prefix + "copy/" });

        Assert.Equal(bodies.Length, documents);
        Assert.Equal(bodies.Length, told.Steps[^1].Total);
        Assert.Empty(imported.Faults);
        Assert.Equal(bodies.Length, totals.Created);
        Dictionary<string, string> all = await transfers.DocumentsAsync(_prefix);
        for (int n = 0; n < bodies.Length; n++)
        {
            Assert.Equal(bodies[n], all[$"copy/{_prefix}ü/{n}"]);
        }

        Assert.False(File.Exists(path + ".part"));
    }

    [Fact]
    public async Task APackedExport_ThatIsDamagedOrCutShort_IsNamedSo()
    {
        string path = PathOf("all.ndjson.zst");
        string content = string.Concat(Enumerable.Range(0, 3000).Select(n => $"{{\"id\":\"{n:0000}\",\"body\":{n}}}\n"));
        using (var compressor = new Compressor(3))
        {
            compressor.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
            File.WriteAllBytes(path, compressor.Wrap(Encoding.UTF8.GetBytes(content)).ToArray());
        }

        byte[] whole = File.ReadAllBytes(path);
        foreach (int length in (int[])[4, 40, whole.Length / 2, whole.Length - 1])
        {
            File.WriteAllBytes(path, whole[..length]);
            (ImportTotals cut, Watching told) = await ImportAsync(path);
            Assert.Contains("the compressed file is cut short", Assert.Single(told.Faults), StringComparison.Ordinal);
            Assert.False(cut.IsWhole);
        }

        byte[] changed = [.. whole];
        changed[whole.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, changed);
        (ImportTotals damaged, _) = await ImportAsync(path);
        Assert.False(damaged.IsWhole);
    }

    /// <summary>Cut at every byte, the export is begun anew, and the file has its name only when it is whole.</summary>
    [Fact]
    public async Task AnExportThatIsCutShort_NeverLooksWhole()
    {
        string path = PathOf("all.ndjson");
        File.WriteAllText(path, "before");
        for (int length = 0; length < Whole.Length; length++)
        {
            await using WebApplication server = await ServeAsync([Whole[..length]]);
            await Assert.ThrowsAsync<TransferException>(() => ExportAsync(server, path));
            Assert.Equal("before", File.ReadAllText(path));
        }

        await using WebApplication mended = await ServeAsync([Whole[..50], Whole[..^1], Whole]);
        Assert.Equal(2, await ExportAsync(mended, path));
        Assert.Equal(Whole, File.ReadAllText(path));
        Assert.False(File.Exists(path + ".part"));
    }

    [Theory]
    [InlineData("{\"id\":\"a\",\"raw\":\"1\"}\n{\"asOf\":2,\"count\":2}\n")]
    [InlineData("{\"id\":\"a\",\"raw\":\"1\"}\n{\"error\":{\"title\":\"Shutting down\"}}\n")]
    [InlineData("{\"asOf\":2,\"count\":0}\n{\"id\":\"a\",\"raw\":\"1\"}\n")]
    [InlineData("<html></html>\n")]
    public async Task AnExportThatIsWrong_IsNoExport(string content)
    {
        await using WebApplication server = await ServeAsync([content]);

        await Assert.ThrowsAsync<TransferException>(() => ExportAsync(server, PathOf("all.ndjson")));

        Assert.False(File.Exists(PathOf("all.ndjson")));
    }

    /// <summary>The next one would take as long: an hour each time, by default.</summary>
    [Theory]
    [InlineData("query-timeout", 1)]
    [InlineData("shutting-down", 4)]
    public async Task AnExportThatTheServerEnds_IsBegunAnewOnlyWhereThatHelps(string slug, int tries)
    {
        int exports = 0;
        await using WebApplication server = await ServeAsync([$"{{\"id\":\"a\",\"raw\":\"1\"}}\n{{\"error\":{{\"type\":\"/problems/{slug}\"}}}}\n"], cuts: false, () => exports++);

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => ExportAsync(server, PathOf("all.ndjson")));

        Assert.Contains(slug, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(tries, exports);
    }

    [Fact]
    public async Task AnExportToAStream_IsNotBegunTwice()
    {
        await using WebApplication server = await ServeAsync([Whole[..60], Whole], cuts: false);
        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.First() + "/") };
        using var output = new MemoryStream();

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(
            () => new ExportJob(new ExportOptions(), http, TransferApplication.Quick, TimeProvider.System, new Watching()).RunAsync(new StreamTarget(output), default));

        Assert.Contains("not whole", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADevice_IsNotReplaced() => Assert.Throws<TransferException>(() => new FileTarget("/dev/null"));

    [Fact]
    public void ADirectory_IsNotReplaced() => Assert.Throws<TransferException>(() => new FileTarget(_directory.Path));

    [Theory]
    [InlineData(1, null, 0.5)]
    [InlineData(3, null, 2)]
    [InlineData(20, null, 30)]
    [InlineData(1, 7.0, 7)]
    [InlineData(20, 7.0, 30)]
    [InlineData(20, 60.0, 60)]
    public void Wait_IsTheLongerOfItsOwnAndTheServers(int tries, double? asked, double seconds) =>
        Assert.Equal(seconds, RetryPolicy.Usual.WaitAfter(tries, asked is { } wanted ? TimeSpan.FromSeconds(wanted) : null).TotalSeconds);

    private string PathOf(string name) => Path.Combine(_directory.Path, name);

    private Task<(ImportTotals Totals, Watching Told)> ImportAsync(string path) =>
        transfers.ImportAsync(new ImportOptions { Sources = [path], Format = SourceFormat.Ndjson, Prefix = _prefix, OnConflict = "replace" });

    private static async Task<long> ExportAsync(WebApplication server, string path)
    {
        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.First() + "/") };
        return await new ExportJob(new ExportOptions { Path = path }, http, TransferApplication.Quick, TimeProvider.System, new Watching()).RunAsync(default);
    }

    /// <summary>A server whose exports are these texts, one after the other; what is no whole one ends with the connection, unless nothing is to be cut.</summary>
    private static async Task<WebApplication> ServeAsync(string[] exports, bool cuts = true, Action? asked = null)
    {
        int exported = 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        WebApplication server = builder.Build();
        server.MapGet("/docs", async context =>
        {
            if (context.Request.Query.ContainsKey("count"))
            {
                await context.Response.WriteAsync("{\"count\":2}");
                return;
            }

            asked?.Invoke();
            string text = exports[Math.Min(exported++, exports.Length - 1)];
            await context.Response.WriteAsync(text);
            await context.Response.Body.FlushAsync();
            if (cuts && (!text.EndsWith('\n') || !text.Contains("asOf", StringComparison.Ordinal)))
            {
                context.Abort();
            }
        });
        await server.StartAsync();
        return server;
    }
}
