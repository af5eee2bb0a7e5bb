using System.Text;
using DocService.Api.Tests.Transfers.Support;
using DocService.Transfer.Sources;
using DocService.Transfer.Sources.Lines;

namespace DocService.Api.Tests.Transfers;

/// <summary>Sources read from streams that give their bytes in pieces of any length.</summary>
public sealed class SourceTests
{
    private const string Lines = "\uFEFF{\"id\":\"a\",\"body\":1}\r\n\n{\"id\":\"ü\",\"raw\":\"{\\n}\"}\nbroken\n{\"id\":\"🦀\",\"body\":[1,2,{\"b\":\"\\u0000\"}]}";

    private const string Rows = "\uFEFF{ \"total_rows\":2, \"offset\":{\"a\":[1,{}]},\n \"rows\" : [\n{\"id\":\"a\",\"doc\":{\"_id\":\"a\",\"t\":\"}]\\\"\"}},\r\n"
        + "{\"doc\":{\"n\":1.0e5,\n\"_deleted\":false},\"id\":\"b\",\"value\":{}} ,{\"id\":\"c\",\"value\":{\"deleted\":true},\"doc\":null}],\"x\":null}\n\n";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Pieces_DoNotDependOnHowTheBytesArrive(int seed)
    {
        var random = new Random(seed);
        foreach (string content in (string[])[Lines, Rows])
        {
            List<string> whole = await ReadAsync(content, int.MaxValue, new Random(0));
            for (int longest = 1; longest < 40; longest++)
            {
                Assert.Equal(whole, await ReadAsync(content, longest, random));
            }
        }
    }

    [Fact]
    public async Task Pieces_HaveTheirPlaces() => Assert.Equal(
        ["f:1 (byte 3) {\"id\":\"p/a\",\"body\":1}", "f:3 (byte 25) {\"id\":\"p/ü\",\"raw\":\"{\\n}\"}", "f:4 (byte 50) !the line is not JSON, at its byte 1", "f:5 (byte 57) {\"id\":\"p/🦀\",\"body\":[1,2,{\"b\":\"\\u0000\"}]}"],
        await ReadAsync(Lines, 7, new Random(1)));

    [Fact]
    public async Task Rows_HaveTheirPlaces() => Assert.Equal(
        [
            "f:3 (byte 56) {\"id\":\"p/a\",\"body\":{\"_id\":\"a\",\"t\":\"}]\\\"\"}}",
            "f:4 (byte 98) {\"id\":\"p/b\",\"raw\":\"{\\\"n\\\":1.0e5,\\n\\\"_deleted\\\":false}\"}",
            "f:5 (byte 157) ~deleted documents",
        ],
        await ReadAsync(Rows, 7, new Random(1)));

    private static async Task<List<string>> ReadAsync(string content, int longest, Random random)
    {
        using var stream = new DribblingStream(Encoding.UTF8.GetBytes(content), longest, random);
        using var buffer = new SlidingBuffer(stream);
        var text = new LineText("p/");
        ISource source = content == Rows ? new CouchSource("f", buffer, text) : new NdjsonSource("f", buffer, text);
        List<string> pieces = [];
        while (await source.ReadAsync(default) is { } piece)
        {
            pieces.Add($"{piece.Place} {(piece.Fault is { } fault ? "!" + fault : piece.Passed is { } passed ? "~" + passed : Encoding.UTF8.GetString(piece.Line.Span))}");
        }

        return pieces;
    }
}
