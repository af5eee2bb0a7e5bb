using System.Text;
using CsCheck;
using DocService.Index.Rows;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Rows;

/// <summary>Golden bytes of docs/index-format.md: a change here is a new format.</summary>
public sealed class RowTests
{
    private static readonly DocumentInfo Info = new()
    {
        Version = 258,
        ContentType = "application/json",
        Created = new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero),
        Modified = new DateTimeOffset(2026, 11, 26, 10, 0, 1, TimeSpan.Zero),
        Length = 2,
        Sha256 = Sha256Digest.Of("{}"u8),
    };

    [Fact]
    public void DocumentRow_Live_HasItsBytes() =>
        Assert.Equal(
            "02" + "0000000000000102" + "08DF4BA4088BD000" + "08DF4BA409246680" + "0000000000000000" + "0000000000000002"
            + "44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A" + "10" + Hex("application/json") + Hex("{}"),
            Write(Info, null, "{}", hasBody: true));

    [Fact]
    public void DocumentRow_HiddenWithTimeToLive_HasItsBytes() =>
        Assert.Equal(
            "00" + "0000000000000102" + "08DF4BA4088BD000" + "08DF4BA409246680" + "08DF4BA409246680" + "0000000000000002"
            + "44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A" + "10" + Hex("application/json"),
            Write(Info, Info.Modified, "{}", hasBody: false));

    [Fact]
    public void DocumentRow_Deleted_HasItsBytes()
    {
        byte[] row = new byte[DocumentRow.FactsBytesMax];
        int length = DocumentRow.WriteDeleted(258, Info.Created, row);
        Assert.Equal("01" + "0000000000000102" + "08DF4BA4088BD000", Convert.ToHexString(row, 0, length));
        DocumentFacts facts = DocumentRow.Read(row.AsSpan(0, length), out _);
        Assert.Equal(new DocumentFacts { Version = 258, Deleted = Info.Created }, facts);
    }

    [Fact]
    public void State_HasItsBytes()
    {
        var state = new IndexState(IndexState.CurrentFormat, new Guid("00112233-4455-6677-8899-aabbccddeeff"), 258, 3, IsBuilding: true);
        Assert.Equal("00000001" + "00112233445566778899AABBCCDDEEFF" + "0000000000000102" + "0000000000000003" + "01", Convert.ToHexString(state.ToRow()));
        Assert.Equal(state, IndexState.TryRead(state.ToRow()));
        Assert.Equal("state", Encoding.ASCII.GetString(IndexState.Key));
    }

    [Fact]
    public void State_OfAnotherFormat_IsNone() =>
        Assert.Null(IndexState.TryRead(new IndexState(IndexState.CurrentFormat + 1, Guid.Empty, 1, 1, false).ToRow()));

    [Fact]
    public void DocumentRow_AnyFacts_AreReadAsWritten() =>
        Gen.Select(Gen.Long[1, 1L << 50], Gen.String[Gen.Char[' ', '~'], 1, DocumentContent.ContentTypeLengthMax], Gen.Byte.Array[0, 300], Gen.Bool, Gen.DateTimeOffset)
            .Sample((version, mediaType, body, hasBody, time) =>
            {
                DocumentInfo info = Info with { Version = version, ContentType = mediaType, Length = body.Length, Sha256 = Sha256Digest.Of(body), Created = time.ToUniversalTime() };
                byte[] row = new byte[DocumentRow.FactsBytesMax + body.Length];
                int length = DocumentRow.Write(info, hasBody ? time.ToUniversalTime() : null, body, hasBody, row);
                DocumentFacts facts = DocumentRow.Read(row.AsSpan(0, length), out ReadOnlySpan<byte> read);
                return facts.Info == info && facts.HasBody == hasBody && facts.Expires == (hasBody ? time.ToUniversalTime() : null)
                    && read.SequenceEqual(hasBody ? body : []);
            });

    [Fact]
    public void DocumentRow_CutAnywhere_IsAFailure()
    {
        byte[] row = Convert.FromHexString(Write(Info, null, "{}", hasBody: true));
        Assert.All(Enumerable.Range(0, row.Length), length =>
            Assert.Throws<IndexFailedException>(() => DocumentRow.Read(row.AsSpan(0, length), out _)));
        row[0] = 7;
        Assert.Throws<IndexFailedException>(() => DocumentRow.Read(row, out _));
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static string Write(DocumentInfo info, DateTimeOffset? expires, string body, bool hasBody)
    {
        byte[] row = new byte[DocumentRow.FactsBytesMax + body.Length];
        int length = DocumentRow.Write(info, expires, Encoding.ASCII.GetBytes(body), hasBody, row);
        return Convert.ToHexString(row, 0, length);
    }
}
