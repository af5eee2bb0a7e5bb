using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer;
using DocService.Transfer.Sending;

namespace DocService.Api.Tests.Transfers;

/// <summary>Imports of files of each format into a running server.</summary>
[Collection(TransferApplication.Collection)]
public sealed class ImportTests(TransferApplication transfers) : IDisposable
{
    private readonly TestDirectory _directory = new();
    private readonly string _prefix = TransferApplication.NewPrefix();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lines_WithEveryKindOfEnd_AreTakenWithEveryByte()
    {
        string path = Write("a.ndjson", "\uFEFF{\"id\":\"a\",\"body\":1.50e400}\r\n\r\n{\"id\":\"b/ü/🦀\",\"raw\":\"{ \\\"n\\\" : 007 }\"}\n  \n{\"id\":\"c\",\"raw\":\"{ \\\"n\\\" :\\n 7 }\"}");

        (ImportTotals totals, Watching told) = await ImportAsync(path);

        Dictionary<string, string> documents = await transfers.DocumentsAsync(_prefix);
        Assert.Equal("a=1.50e400 c={ \"n\" :\n 7 }", string.Join(' ', documents.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}={one.Value}")));
        Assert.Equal((2, 1, 0), (totals.Created, totals.Refused, totals.Faults)); // 007 is no JSON
        Assert.Contains($"{path}:3 (byte 33): '{_prefix}b/ü/🦀' invalid-json", Assert.Single(told.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongLines_AreNamedWithFileLineAndByte_AndLoseNoOther()
    {
        string path = Write("a.ndjson", "{\"id\":\"a\",\"body\":1}\nbroken\n{\"id\":\"..\",\"body\":1}\n{\"id\":\"b\"}\n{\"id\":\"c\",\"body\":{}}\n{\"id\":\"d\",\"body\":[1");

        (ImportTotals totals, Watching told) = await ImportAsync(path, SourceFormat.Ndjson);

        Assert.Equal(["a", "c"], (await transfers.DocumentsAsync(_prefix)).Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 2, 2), (totals.Created, totals.Refused, totals.Faults));
        Assert.False(totals.IsWhole);
        Assert.Equal([$"{path}:2 (byte 20)", $"{path}:3 (byte 27)", $"{path}:4 (byte 48)", $"{path}:6 (byte 80)"], told.Faults.Select(fault => fault[..(fault.IndexOf(')', StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public async Task ALineLongerThanADocumentMayBe_IsRefusedAlone()
    {
        string path = Write("a.ndjson", $"{{\"id\":\"a\",\"body\":1}}\n{{\"id\":\"big\",\"body\":\"{new string('x', 5 << 20)}\"}}\n{{\"id\":\"b\",\"body\":\"{new string('y', 900_000)}\"}}\n");

        (ImportTotals totals, Watching told) = await ImportAsync(path);

        Assert.Equal(["a", "b"], (await transfers.DocumentsAsync(_prefix)).Keys.Order(StringComparer.Ordinal));
        Assert.Equal((2, 1), (totals.Created, totals.Refused));
        Assert.Contains(":2 (byte 20): payload-too-large", Assert.Single(told.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData("\r\n\n  \n")]
    public async Task AnEmptyFile_IsWhole(string content)
    {
        (ImportTotals totals, _) = await ImportAsync(Write("empty.ndjson", content));

        Assert.True(totals.IsWhole);
        Assert.Equal(0, totals.Taken);
    }

    [Theory]
    [InlineData("{\"id\":\"a\",\"etag\":\"\\\"1\\\"\",\"raw\":\"1\"}\n", "cut short")]
    [InlineData("{\"id\":\"a\",\"etag\":\"\\\"1\\\"\",\"raw\":\"1\"}\n{\"asOf\":9,\"count\":2}\n", "it says that it has 2 documents, and 1 are here")]
    [InlineData("{\"id\":\"a\",\"etag\":\"\\\"1\\\"\",\"raw\":\"1\"}\n{\"error\":{\"title\":\"Shutting down\"}}\n", "ended here with an error")]
    public async Task AnExportThatIsNotWhole_IsNamedSo_AndWhatItHasIsTaken(string content, string said)
    {
        (ImportTotals totals, Watching told) = await ImportAsync(Write("cut.ndjson", content));

        Assert.Contains(said, Assert.Single(told.Faults), StringComparison.Ordinal);
        Assert.False(totals.IsWhole);
        Assert.Equal(1, totals.Created);
    }

    [Fact]
    public async Task ExportsOneBehindTheOther_AreWhole()
    {
        const string Export = "{\"id\":\"a\",\"etag\":\"\\\"1\\\"\",\"raw\":\"1\"}\n{\"asOf\":9,\"count\":1}\n";

        (ImportTotals totals, Watching told) = await ImportAsync(Write("two.ndjson", Export + Export.Replace("\"a\"", "\"b\"", StringComparison.Ordinal)));

        Assert.Empty(told.Faults);
        Assert.Equal(2, totals.Created);
    }

    [Theory]
    [InlineData("[{\"_id\":1}]")]
    [InlineData("name,age\nAda,36\n")]
    [InlineData("{\"name\":\"Ada\"}\n")]
    public async Task AForeignFile_IsRefusedAndNamed(string content)
    {
        string path = Write("foreign", content);

        TransferException refusal = await Assert.ThrowsAsync<TransferException>(() => ImportAsync(path));

        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await transfers.DocumentsAsync(_prefix));
    }

    [Fact]
    public async Task Mongo_Lines_AreKeptVerbatim_WithTheTextOfTheirId()
    {
        string[] lines =
        [
            "{\"_id\":{\"$oid\":\"65a1b2c3d4e5f60718293a4b\"},\"at\":{\"$date\":{\"$numberLong\":\"-1\"}},\"n\":1.10}",
            "{\"_id\":\"a/b \\\"q\\\" ü\",  \"big\":123456789012345678901234567890}",
            "{\"n\":{\"_id\":9},\"_id\":42}",
            "{\"_id\":{\"$numberLong\":\"9007199254740993\"}}",
            "{\"_id\":{\"$uuid\":\"3b241101-e2bb-4255-8caf-4136c566a962\"}}",
            "{\"_id\":{\"$binary\":{\"base64\":\"EjRWeJq83vASNFZ4mrze8A==\",\"subType\":\"04\"}}}",
        ];

        (ImportTotals totals, Watching told) = await ImportAsync(Write("people.json", string.Join("\r\n", lines) + "\n"));

        Assert.Empty(told.Faults);
        Assert.Equal(6, totals.Created);
        Assert.Equivalent(
            new Dictionary<string, string>
            {
                ["12345678-9abc-def0-1234-56789abcdef0"] = lines[5],
                ["65a1b2c3d4e5f60718293a4b"] = lines[0],
                ["a/b \"q\" ü"] = lines[1],
                ["42"] = lines[2],
                ["9007199254740993"] = lines[3],
                ["3b241101-e2bb-4255-8caf-4136c566a962"] = lines[4],
            },
            await transfers.DocumentsAsync(_prefix));
    }

    [Theory]
    [InlineData("{\"n\":1}", "_id is missing")]
    [InlineData("{\"_id\":{\"a\":1}}", "_id is none of those")]
    [InlineData("{\"_id\":{\"$oid\":\"a\",\"b\":\"c\"}}", "_id is none of those")]
    [InlineData("{\"_id\":null}", "_id is none of those")]
    [InlineData("{\"_id\":{\"$binary\":{\"base64\":\"AAAA\",\"subType\":\"00\"}}}", "_id is none of those")]
    [InlineData("{\"_id\":\"a\"", "not JSON, or cut short")]
    [InlineData("7", "the line is no object")]
    public async Task Mongo_AWrongLine_IsNamed(string line, string said)
    {
        (ImportTotals totals, Watching told) = await ImportAsync(Write("people.json", "{\"_id\":1}\n" + line), SourceFormat.MongoDb);

        Assert.Contains(said, Assert.Single(told.Faults), StringComparison.Ordinal);
        Assert.Contains(":2 (byte 10)", told.Faults[0], StringComparison.Ordinal);
        Assert.Equal((1, 1), (totals.Created, totals.Faults));
    }

    [Fact]
    public async Task Directory_ItsFiles_GetTheirPathsAsIds()
    {
        string root = Path.Combine(_directory.Path, "tree");
        Directory.CreateDirectory(Path.Combine(root, "a", "ü"));
        File.WriteAllText(Path.Combine(root, "one.json"), "{ \"n\" : 1.0 }\r\n");
        File.WriteAllText(Path.Combine(root, "a", "50%.json"), "\uFEFF[1]");
        File.WriteAllText(Path.Combine(root, "a", "ü", "b c.json"), "\"x\"");
        File.WriteAllText(Path.Combine(root, "a", "bad.json"), "1,\"type\":\"text/html\"");
        File.WriteAllBytes(Path.Combine(root, "a", "utf8.json"), [(byte)'"', 0xFF, (byte)'"']);
        File.WriteAllText(Path.Combine(root, "a", "note.txt"), "1");
        File.CreateSymbolicLink(Path.Combine(root, "link.json"), Path.Combine(root, "one.json"));
        File.CreateSymbolicLink(Path.Combine(root, "loop"), root);

        (ImportTotals totals, Watching told) = await ImportAsync(root);

        Assert.Equivalent(new Dictionary<string, string> { ["one"] = "{ \"n\" : 1.0 }\r\n", ["a/50%"] = "[1]", ["a/ü/b c"] = "\"x\"" }, await transfers.DocumentsAsync(_prefix));
        Assert.Equal((3, 2), (totals.Created, totals.Refused));
        Assert.Equal([Path.Combine(root, "a", "bad.json"), Path.Combine(root, "a", "utf8.json")], told.Faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.Equal((1, 2), (totals.Passed["files with other names than *.json"], totals.Passed["symbolic links"]));
    }

    [Fact]
    public async Task OnConflict_Skip_KeepsWhatIsThere_AndReplaceWritesIt()
    {
        string path = Write("a.ndjson", "{\"id\":\"a\",\"body\":2}\n{\"id\":\"b\",\"body\":2}\n");
        await ImportAsync(Write("first.ndjson", "{\"id\":\"a\",\"body\":1}\n"));

        (ImportTotals skipped, _) = await transfers.ImportAsync(Options(path) with { OnConflict = "skip" });
        (ImportTotals replaced, _) = await transfers.ImportAsync(Options(path) with { OnConflict = "replace" });
        (ImportTotals failed, Watching told) = await ImportAsync(path);

        Assert.Equal((1, 1, 0), (skipped.Created, skipped.Skipped, skipped.Refused));
        Assert.Equal((0, 2), (replaced.Created, replaced.Replaced));
        Assert.Equal((0, 2), (failed.Created, failed.Refused));
        Assert.Contains("precondition-failed", told.Faults[0], StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_directory.Path, name);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        return path;
    }

    private ImportOptions Options(string path) => new() { Sources = [path], Prefix = _prefix, NotePath = ImportOptions.NoteBeside([path]) };

    private Task<(ImportTotals Totals, Watching Told)> ImportAsync(string path, SourceFormat? format = null) => transfers.ImportAsync(Options(path) with { Format = format });
}
