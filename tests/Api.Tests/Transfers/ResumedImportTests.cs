using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer;
using DocService.Transfer.Sending;

namespace DocService.Api.Tests.Transfers;

/// <summary>Imports whose connection breaks off, or that are stopped: nothing is written twice, and nothing is left out.</summary>
[Collection(TransferApplication.Collection)]
public sealed partial class ResumedImportTests(TransferApplication transfers) : IDisposable
{
    /// <summary>Four chunks by the number of lines.</summary>
    private const int Documents = (3 * ChunkLines) + 17;

    private const int ChunkLines = 50;

    private const int Chunks = 4;

    private readonly TestDirectory _directory = new();
    private readonly string _prefix = TransferApplication.NewPrefix();

    public void Dispose() => _directory.Dispose();

    /// <summary>Replaced documents would have later versions: it would be seen that a chunk was written twice.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task TheConnectionIsCut_AtEachChunk_EachIsWrittenOnce(int chunk)
    {
        ImportOptions options = Options(WriteLines()) with { OnConflict = "replace" };
        var fates = new Dictionary<int, Fate> { [chunk] = Fate.AnswerLost, [chunk + 1] = Fate.LostOnTheWay, [chunk + 2] = Fate.AnswerLost };

        (ImportTotals totals, Watching told) = await transfers.ImportAsync(options, request => fates.GetValueOrDefault(request, Fate.Answered));

        Assert.Equal((Documents, 0), (totals.Created, totals.Replaced));
        Assert.Equal(Documents, VersionOf().Count(await transfers.VersionsAsync(_prefix)));
        Assert.Equal(3, told.Remarks.Count(remark => remark.Contains("Trying again", StringComparison.Ordinal)));
        Assert.False(File.Exists(options.NotePath));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task AStoppedImport_GoesOnWhereItWas_WhateverHadHappenedToTheLastChunk(int seed)
    {
        string path = WriteLines();
        ImportOptions options = Options(path) with { OnConflict = "replace" };
        var random = new Random(seed);
        string? before = null;
        int noted = 0;
        for (int stop = 0; stop < 4; stop++)
        {
            int left = random.Next(Chunks - noted + (noted > 0 ? 1 : 0)); // the last noted one is asked for again
            Fate fate = random.Next(2) == 0 ? Fate.AnswerLost : Fate.LostOnTheWay;
            await Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options, request => request >= left ? fate : Fate.Answered));
            noted = JsonDocument.Parse(File.ReadAllBytes(options.NotePath!)).RootElement.GetProperty("chunks").GetInt32();
            before = await transfers.VersionsAsync(_prefix);
        }

        (ImportTotals totals, Watching told) = await transfers.ImportAsync(options);

        Assert.Equal((Documents, 0), (totals.Created, totals.Replaced));
        string after = await transfers.VersionsAsync(_prefix);
        Assert.StartsWith(before ?? string.Empty, after, StringComparison.Ordinal); // ids are in the order of the file
        Assert.Equal(Documents, VersionOf().Count(after));
        Assert.Equal(noted > 0, told.Remarks.Any(remark => remark.StartsWith("Going on", StringComparison.Ordinal)));
        Assert.False(File.Exists(options.NotePath));
    }

    [Fact]
    public async Task AFileThatHasChanged_IsNotGoneOnWith_ButBegunAnewWhenAsked()
    {
        string path = WriteLines();
        ImportOptions options = Options(path);
        await StopAsync(options, after: 2);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"n\":7}", "\"n\":8}", StringComparison.Ordinal));

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options));
        Assert.Contains("--restart", refusal.Message, StringComparison.Ordinal);
        (ImportTotals totals, _) = await transfers.ImportAsync(options with { Restarts = true, OnConflict = "skip" });

        Assert.Equal((Documents - (2 * ChunkLines), 2 * ChunkLines), (totals.Created, totals.Skipped));
    }

    [Fact]
    public async Task AShorterFile_IsNotGoneOnWith()
    {
        string path = WriteLines();
        ImportOptions options = Options(path);
        await StopAsync(options, after: 2);
        File.WriteAllText(path, string.Empty);

        await Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options with { Format = null }));
        Assert.True(File.Exists(options.NotePath));
    }

    [Fact]
    public async Task TheNoteOfAnotherImport_IsRefused()
    {
        ImportOptions options = Options(WriteLines());
        await StopAsync(options, after: 1);

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options with { Prefix = "other/" }));

        Assert.Contains("another import", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheNoteOfAnotherImport_ThatHasNothingDone_IsInNobodysWay()
    {
        ImportOptions options = Options(WriteLines());
        await StopAsync(options, after: 0);

        (ImportTotals totals, _) = await transfers.ImportAsync(options with { OnConflict = "skip" });

        Assert.Equal(Documents, totals.Created);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"format\":2}")]
    public async Task ADamagedNote_IsNamed(string content)
    {
        ImportOptions options = Options(WriteLines());
        File.WriteAllText(options.NotePath!, content);

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options));

        Assert.Contains(options.NotePath!, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The note's server has another store now: without this everything before the stop would be missing.</summary>
    [Fact]
    public async Task TheStoreIsAnother_BeginsAnew()
    {
        ImportOptions options = Options(WriteLines());
        await StopAsync(options, after: 2);
        string note = File.ReadAllText(options.NotePath!);
        await using var other = new TestApplication(new ApplicationSettings { UsesSockets = true });
        File.WriteAllText(options.NotePath!, note.Replace($":{transfers.Application.Port}/", $":{other.Port}/", StringComparison.Ordinal));
        var watching = new Watching();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{other.Port}/") };

        ImportTotals totals = await new ImportJob(options, http, TransferApplication.Quick, TimeProvider.System, watching).RunAsync(default);

        Assert.Equal(Documents, totals.Created);
        Assert.Contains(watching.Remarks, remark => remark.Contains("beginning anew", StringComparison.Ordinal));
        Assert.Equal("{\"n\":0}", await other.Client.GetStringAsync($"/docs/{_prefix}00000"));
    }

    /// <summary>An import of the same file once more is another import: what was deleted since comes back.</summary>
    [Fact]
    public async Task AnImportThatWasDone_CanBeDoneAgain()
    {
        string path = Path.Combine(_directory.Path, "one.ndjson");
        File.WriteAllText(path, "{\"id\":\"a\",\"body\":1}\n");
        await transfers.ImportAsync(Options(path));
        using HttpResponseMessage deleted = await transfers.Application.SendAsync("DELETE", $"/docs/{_prefix}a");

        (ImportTotals totals, _) = await transfers.ImportAsync(Options(path));

        Assert.Equal(1, totals.Created);
        Assert.Equal("1", await transfers.Application.Client.GetStringAsync($"/docs/{_prefix}a"));
    }

    [Fact]
    public async Task AServerThatIsNotThere_IsSaidAtOnce_AndOneThatGoesAwayAfterAFewTries()
    {
        ImportOptions options = Options(WriteLines());
        using var nowhere = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:1/") };
        var watching = new Watching();

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => new ImportJob(options, nowhere, TransferApplication.Quick, TimeProvider.System, watching).RunAsync(default));

        Assert.Contains("cannot be reached", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(watching.Remarks);
        Assert.Contains("Given up after 4 tries", (await StopAsync(options with { Restarts = true }, after: 1)).Message, StringComparison.Ordinal);
    }

    private Task<TransferException> StopAsync(ImportOptions options, int after) =>
        Assert.ThrowsAsync<TransferException>(() => transfers.ImportAsync(options, request => request >= after ? Fate.LostOnTheWay : Fate.Answered));

    private string WriteLines()
    {
        string path = Path.Combine(_directory.Path, "many.ndjson");
        var lines = new StringBuilder();
        for (int n = 0; n < Documents; n++)
        {
            lines.Append(System.Globalization.CultureInfo.InvariantCulture, $"{{\"id\":\"{n:00000}\",\"body\":{{\"n\":{n}}}}}\n");
        }

        File.WriteAllText(path, lines.ToString());
        return path;
    }

    private ImportOptions Options(string path) => new() { Sources = [path], Prefix = _prefix, NotePath = ImportOptions.NoteBeside([path]), ChunkLines = ChunkLines };

    [GeneratedRegex(@"^\S+ \d+$", RegexOptions.Multiline)]
    private static partial Regex VersionOf();
}
