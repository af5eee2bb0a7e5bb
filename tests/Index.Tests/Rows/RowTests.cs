using System.Text;
using CsCheck;
using DocService.Index.Declared;
using DocService.Index.History;
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
            Write(Info, "{}", hasBody: true));

    [Fact]
    public void DocumentRow_HiddenWithTimeToLive_HasItsBytes() =>
        Assert.Equal(
            "00" + "0000000000000102" + "08DF4BA4088BD000" + "08DF4BA409246680" + "08DF4BA409246680" + "0000000000000002"
            + "44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A" + "10" + Hex("application/json"),
            Write(Info with { Expires = Info.Modified }, "{}", hasBody: false));

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
    public void DocumentRow_ThatExpiresAtTheFirstMomentOfAll_IsNotWithoutEnd()
    {
        byte[] row = Convert.FromHexString(Write(Info with { Expires = DateTimeOffset.MinValue }, "{}", hasBody: true));
        Assert.Equal(new DateTimeOffset(1, TimeSpan.Zero), DocumentRow.ReadEnd(row));
        Assert.True(DocumentRow.ReadHead(row).HasEnded(DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void ExpiringKey_HasItsBytes()
    {
        byte[] key = new byte[FeedKey.BytesMax];
        int length = FeedKey.Write(key, Info.Modified.UtcTicks, "ann"u8);
        Assert.Equal("08DF4BA409246680" + Hex("ann"), Convert.ToHexString(key, 0, length));
    }

    [Fact]
    public void State_HasItsBytes()
    {
        var state = new IndexState(IndexState.CurrentFormat, new Guid("00112233-4455-6677-8899-aabbccddeeff"), 258, 3, IsBuilding: true);
        Assert.Equal("00000005" + "00112233445566778899AABBCCDDEEFF" + "0000000000000102" + "0000000000000003" + "01", Convert.ToHexString(state.ToRow()));
        Assert.Equal(state, IndexState.TryRead(state.ToRow()));
        Assert.Equal("state", Encoding.ASCII.GetString(IndexState.Key));
    }

    [Fact]
    public void HistoryRow_OfAPut_HasItsBytes()
    {
        DocumentInfo info = Info with { Keep = 10, Expires = Info.Modified };
        byte[] row = HistoryRow.Write(info);
        Assert.Equal(
            "00" + "08DF4BA409246680" + "000A" + "08DF4BA409246680" + "0000000000000002" + "44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A",
            Convert.ToHexString(row));
        var expected = new VersionFacts { Version = 258, Modified = info.Modified, Keep = 10, Expires = info.Expires, Length = 2, Sha256 = info.Sha256 };
        Assert.Equal(expected, HistoryRow.Read(258, row));
        Assert.Equal(expected with { Keep = 0, Expires = null }, HistoryRow.Read(258, HistoryRow.Write(Info)));
        Assert.All(Enumerable.Range(0, row.Length), length => Assert.Throws<IndexFailedException>(() => HistoryRow.Read(258, row.AsSpan(0, length))));
    }

    [Fact]
    public void HistoryRow_OfADelete_HasItsBytes()
    {
        byte[] row = HistoryRow.WriteDelete(Info.Created);
        Assert.Equal("01" + "08DF4BA4088BD000", Convert.ToHexString(row));
        Assert.Equal(new VersionFacts { Version = 258, IsDelete = true, Modified = Info.Created }, HistoryRow.Read(258, row));
    }

    [Fact]
    public void HistoryAndDueKeys_HaveTheirBytes()
    {
        byte[] key = new byte[HistoryKey.BytesMax];
        key = key[..HistoryKey.Write(key, "ann"u8, 258)];
        Assert.Equal(Hex("ann") + "00" + "0000000000000102", Convert.ToHexString(key));
        Assert.Equal(258, HistoryKey.Read(key, out ReadOnlySpan<byte> id));
        Assert.Equal("ann", Encoding.ASCII.GetString(id));
        Assert.Equal((Hex("ann") + "00", Hex("ann") + "01", Convert.ToHexString(key)), (Convert.ToHexString(HistoryKey.From("ann"u8)), Convert.ToHexString(HistoryKey.To("ann"u8, null)), Convert.ToHexString(HistoryKey.To("ann"u8, 258))));
        Assert.All(Enumerable.Range(0, 10), length => Assert.Throws<IndexFailedException>(() => HistoryKey.Read(new byte[length], out _)));

        byte[] due = new byte[DueKey.BytesMax];
        due = due[..DueKey.Write(due, DueReason.Erasure, null, "ann"u8)];
        Assert.Equal("01" + Hex("ann"), Convert.ToHexString(due));
        Assert.Equal((DueReason.Erasure, (DateTimeOffset?)null), (DueKey.Read(due, out DateTimeOffset? end, out id), end));
        Assert.Equal("ann", Encoding.ASCII.GetString(id));
        due[0] = 3;
        Assert.Throws<IndexFailedException>(() => DueKey.Read(due, out _, out _));
        Assert.Throws<IndexFailedException>(() => DueKey.Read([0], out _, out _));

        byte[] ended = new byte[DueKey.BytesMax];
        ended = ended[..DueKey.Write(ended, DueReason.Ended, Info.Created, "ann"u8)];
        Assert.Equal("02" + "08DF4BA4088BD000" + Hex("ann"), Convert.ToHexString(ended));
        Assert.Equal((DueReason.Ended, (DateTimeOffset?)Info.Created), (DueKey.Read(ended, out end, out id), end));
        Assert.Equal("ann", Encoding.ASCII.GetString(id));
        Assert.Equal(("02" + "08DF4BA4088BD001", "03"), (Convert.ToHexString(DueKey.Behind(DueReason.Ended, Info.Created)), Convert.ToHexString(DueKey.Behind(DueReason.Ended, null))));
        Assert.All(Enumerable.Range(1, 9), length => Assert.Throws<IndexFailedException>(() => DueKey.Read(ended.AsSpan(0, length), out _, out _)));
        ended[1] = 0xFF;
        Assert.Throws<IndexFailedException>(() => DueKey.Read(ended, out _, out _));
    }

    [Fact]
    public void Entry_HasItsBytes()
    {
        byte[] entry = EntryKey.Write(258, [0x05, 0x81, 0x0B, 0x00], "ann"u8);
        Assert.Equal("00000102" + "05810B00" + Hex("ann") + "0004", Convert.ToHexString(entry));
        Assert.Equal("05810B00", Convert.ToHexString(EntryKey.Read(entry, out ReadOnlySpan<byte> id)));
        Assert.Equal("ann", Encoding.ASCII.GetString(id));
        Assert.Equal("0000000200000007", Convert.ToHexString(new WordCount(2, 7).ToRow()));
        Assert.Equal("636166C3A900", Convert.ToHexString(WordKey.Of("caf\u00e9")));
    }

    [Fact]
    public void DeclaredIndex_HasItsBytes()
    {
        var row = new DeclaredRow { Number = 258, Done = 3, Documents = 4, Words = 5, HasOverflow = true, MetArray = [false, true], Cursor = "ann"u8.ToArray() };
        Assert.Equal("04" + "00000102" + "0000000000000003" + "0000000000000004" + "0000000000000005" + "02" + "0001" + Hex("ann"), Convert.ToHexString(row.ToRow()));
        Assert.Equal("01", Convert.ToHexString((row with { IsBuilt = true, HasOverflow = false, Cursor = [] }).ToRow()[..1]));
        Assert.Equivalent(row, DeclaredRow.Read(row.ToRow()));
        byte[] key = DeclaredRow.KeyOf(Info.Sha256);
        Assert.Equal(Hex("index ") + "44136FA355B3678A1146AD16F7E8649E94FB4FC21FE77E8310C060F61CAAFF8A", Convert.ToHexString(key));
        Assert.Equal(Info.Sha256, DeclaredRow.IdentityOf(key));
    }

    [Fact]
    public void DeclaredIndexAndEntry_CutAnywhere_AreFailures()
    {
        byte[] row = new DeclaredRow { Number = 1, MetArray = [false] }.ToRow();
        Assert.All(Enumerable.Range(0, row.Length), length => Assert.Throws<IndexFailedException>(() => DeclaredRow.Read(row.AsSpan(0, length))));
        Assert.All(Enumerable.Range(0, 7), length => Assert.Throws<IndexFailedException>(() => EntryKey.Read(new byte[length], out _)));
        Assert.Throws<IndexFailedException>(() => EntryKey.Read([0, 0, 0, 1, 5, 6, 0, 2], out _));
        Assert.Throws<IndexFailedException>(() => WordCount.Read([0]));
    }

    [Fact]
    public void State_OfAnotherFormat_IsNone() =>
        Assert.Null(IndexState.TryRead(new IndexState(IndexState.CurrentFormat + 1, Guid.Empty, 1, 1, false).ToRow()));

    [Fact]
    public void DocumentRow_AnyFacts_AreReadAsWritten() =>
        Gen.Select(Gen.Long[1, 1L << 50], Gen.String[Gen.Char[' ', '~'], 1, DocumentContent.ContentTypeLengthMax], Gen.Byte.Array[0, 300], Gen.Bool, Gen.DateTimeOffset)
            .Sample((version, mediaType, body, hasBody, time) =>
            {
                DocumentInfo info = Info with { Version = version, ContentType = mediaType, Length = body.Length, Sha256 = Sha256Digest.Of(body), Created = time.ToUniversalTime(), Expires = hasBody ? time : null };
                byte[] row = new byte[DocumentRow.FactsBytesMax + body.Length];
                int length = DocumentRow.Write(info, body, hasBody, row);
                DocumentFacts facts = DocumentRow.Read(row.AsSpan(0, length), out ReadOnlySpan<byte> read);
                return facts.Info == info && facts.HasBody == hasBody && DocumentRow.ReadEnd(row) == info.Expires
                    && read.SequenceEqual(hasBody ? body : []);
            });

    [Fact]
    public void DocumentRow_CutAnywhere_IsAFailure()
    {
        byte[] row = Convert.FromHexString(Write(Info, "{}", hasBody: true));
        Assert.All(Enumerable.Range(0, row.Length), length =>
            Assert.Throws<IndexFailedException>(() => DocumentRow.Read(row.AsSpan(0, length), out _)));
        row[0] = 7;
        Assert.Throws<IndexFailedException>(() => DocumentRow.Read(row, out _));
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static string Write(DocumentInfo info, string body, bool hasBody)
    {
        byte[] row = new byte[DocumentRow.FactsBytesMax + body.Length];
        int length = DocumentRow.Write(info, Encoding.ASCII.GetBytes(body), hasBody, row);
        return Convert.ToHexString(row, 0, length);
    }
}
