using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer;
using DocService.Transfer.Sending;

namespace DocService.Api.Tests.Transfers;

/// <summary>Imports of CouchDB's answer to <c>_all_docs?include_docs=true</c>.</summary>
[Collection(TransferApplication.Collection)]
public sealed class CouchTests(TransferApplication transfers) : IDisposable
{
    private const string Beginning = "{\"total_rows\":3,\"offset\":0,\"rows\":[\r\n";

    private readonly TestDirectory _directory = new();
    private readonly string _prefix = TransferApplication.NewPrefix();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rows_AreTakenWithEveryByte_AndWhatIsNoDocumentIsCounted()
    {
        string first = "{\"_id\":\"a/ü\",\"_rev\":\"1-x\",\"n\":1.10,\"big\":123456789012345678901234567890}";
        string second = "{\"_id\":\"b\",\n  \"_rev\": \"2-y\"}";
        string path = Write(Beginning
            + Row("a/ü", first) + ",\r\n" + Row("b", second) + ",\r\n"
            + Row("_design/views", "{\"_id\":\"_design/views\"}") + ",\r\n"
            + "{\"id\":\"gone\",\"key\":\"gone\",\"value\":{\"rev\":\"3-z\",\"deleted\":true},\"doc\":null},\r\n"
            + "{\"key\":\"none\",\"error\":\"not_found\"},\r\n"
            + Row("files", "{\"_id\":\"files\",\"_attachments\":{\"a.png\":{\"stub\":true}}}") + "\r\n]}\n");

        (ImportTotals totals, Watching told) = await ImportAsync(path);

        Assert.Equivalent(new Dictionary<string, string> { ["a/ü"] = first, ["b"] = second }, await transfers.DocumentsAsync(_prefix));
        Assert.Contains(":8 (byte ", Assert.Single(told.Faults), StringComparison.Ordinal);
        Assert.Contains("'files' has attachments", told.Faults[0], StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (totals.Passed["deleted documents"], totals.Passed["design documents"], totals.Passed["rows without a document in CouchDB"]));
    }

    [Fact]
    public async Task AFileOfOneLine_AndOneOfNothing_AreTaken()
    {
        (ImportTotals one, _) = await ImportAsync(Write($"\uFEFF{{\"rows\":[{Row("a", "{}")},{Row("b", "{}")}],\"more\":{{\"rows\":[1]}}}}"));
        (ImportTotals none, _) = await ImportAsync(Write(Beginning + "\r\n]}\n"));

        Assert.Equal((2, true), (one.Created, one.IsWhole));
        Assert.Equal((0, true), (none.Created, none.IsWhole));
    }

    /// <summary>A row that is far longer than what is read at once.</summary>
    [Fact]
    public async Task ALongRow_IsTaken()
    {
        string document = $"{{\"text\":\"{new string('x', 900_000)}\"}}";

        (ImportTotals totals, _) = await ImportAsync(Write(Beginning + Row("a", document) + "," + Row("b", document) + "]}"));

        Assert.Equal(2, totals.Created);
        Assert.Equal(document, (await transfers.DocumentsAsync(_prefix))["b"]);
    }

    [Fact]
    public async Task AFileThatIsCutShort_IsNamedSo_WhereverItIsCut()
    {
        string whole = Beginning + Row("a", "{\"n\":1}") + ",\r\n" + Row("b", "{\"n\":2}") + "\r\n]}";
        int end = Encoding.UTF8.GetByteCount(whole);
        int behindFirst = whole.IndexOf(",\r\n", Beginning.Length, StringComparison.Ordinal);
        foreach (int length in Enumerable.Range(Beginning.Length, end - Beginning.Length))
        {
            (ImportTotals totals, Watching told) = await ImportAsync(Write(whole[..length]), "skip");

            Assert.Contains($"(byte {length}): the file is cut short", Assert.Single(told.Faults), StringComparison.Ordinal);
            Assert.Equal(length < behindFirst ? 0 : length < end - 4 ? 1 : 2, totals.Taken);
        }
    }

    [Fact]
    public async Task Damage_EndsTheFile_AndWhatIsBeforeItIsTaken()
    {
        (ImportTotals totals, Watching told) = await ImportAsync(Write(Beginning + Row("a", "{}") + ",\r\n{\"id\":,}," + Row("b", "{}") + "]}"));

        Assert.Contains("not JSON, in line 3 at its byte 7", Assert.Single(told.Faults), StringComparison.Ordinal);
        Assert.Equal(["a"], (await transfers.DocumentsAsync(_prefix)).Keys);
        Assert.False(totals.IsWhole);
    }

    [Theory]
    [InlineData("{\"total_rows\":1,\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-x\"}}]}", "include_docs=true")]
    [InlineData("{\"rows\":[1]}", "no rows that are objects")]
    public async Task AnotherAnswerOfCouchDb_IsRefused(string content, string said)
    {
        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => ImportAsync(Write(content)));

        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    private static string Row(string id, string document) => $"{{\"id\":\"{id}\",\"key\":\"{id}\",\"value\":{{\"rev\":\"1-x\"}},\"doc\":{document}}}";

    private string Write(string content)
    {
        string path = Path.Combine(_directory.Path, "db.json");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        return path;
    }

    private Task<(ImportTotals Totals, Watching Told)> ImportAsync(string path, string onConflict = "fail") =>
        transfers.ImportAsync(new ImportOptions { Sources = [path], Prefix = _prefix, OnConflict = onConflict });
}
