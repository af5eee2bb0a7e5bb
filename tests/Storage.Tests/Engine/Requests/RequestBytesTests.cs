using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;
using DocService.Storage.Requests;

namespace DocService.Storage.Tests.Engine.Requests;

/// <summary>The bytes of remembered requests, as docs/on-disk-format.md draws them: taken apart without the code that makes them.</summary>
public sealed class RequestBytesTests
{
    private static readonly RememberedResult[] Results =
    [
        new(DocumentKey.Create("a"), WriteStatus.Created),
        new(DocumentKey.Create("bc"), WriteStatus.NotFound),
        new(DocumentKey.Create("d"), WriteStatus.Deleted),
        new(DocumentKey.Create("e"), WriteStatus.Checked),
    ];

    private static readonly Sha256Digest Fingerprint = Sha256Digest.Of("fingerprint"u8);

    [Fact]
    public void Key_IsTheDigestOfOwnerAndKey() =>
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("\0request\0" + "9:anonymouskey"))), RequestKey.Of("anonymous", "key").Digest.ToString());

    [Fact]
    public void Key_OfTwoOwners_AreTwo() => Assert.NotEqual(RequestKey.Of("ab", "c"), RequestKey.Of("a", "bc"));

    [Fact]
    public void Field_HasTheDocumentedBytes_AndIsReadBackFromItsRecord()
    {
        var request = new KnownRequest(RequestKey.Of("anonymous", "key").Digest, Fingerprint, Results);
        byte[] field = RequestField.Encode(request);
        Assert.Equal([1, 0, 83, 0, 0, 0], field[..6]); // kind, and the length: 72 and the results
        Assert.Equal([1, 0, 0, 0, 4, 0, 0, 0], field[6..14]);
        Assert.Equal(request.Key.ToString(), Convert.ToHexStringLower(field[14..46]));
        Assert.Equal(Fingerprint.ToString(), Convert.ToHexStringLower(field[46..78]));
        Assert.Equal([1, 4, 2, 0, (byte)'b', (byte)'c', 3, 5, 1, 0, (byte)'e'], field[78..]);

        var commit = new Commit(1000 + field.Length, 2);
        commit.AddDelete(DocumentKey.Create("a"), default, keepsEvidence: false);
        commit.AddDelete(DocumentKey.Create("d"), default, keepsEvidence: false);
        commit.AddFields(field);
        KnownRequest read = RequestField.TryRead(commit.Payload, 2, 17)!;
        Assert.Equal((17, request.Key, Fingerprint), (read.Sequence, read.Key, read.Fingerprint));
        Assert.Equal(Results, read.Results);
    }

    [Fact]
    public void Entry_HasTheDocumentedBytes_AndNoBitOfItMayFlip()
    {
        var request = new KnownRequest(RequestKey.Of("anonymous", "key").Digest, Fingerprint, Results) { Sequence = 17 };
        var entry = new RequestEntry { Kind = RequestEntryKind.Request, Bytes = RequestEntry.Measure(request), Previous = 4096, DurableThrough = 8192, Running = new TimeSpan(99), Sequence = 17, SyncedEntries = 3 };
        byte[] bytes = new byte[entry.Bytes];
        entry.Write(bytes, 5, request);

        Assert.Equal(XxHash3.HashToUInt64(bytes.AsSpan(8), 5), BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        Assert.Equal("DCRQ", Encoding.ASCII.GetString(bytes, 8, 4));
        Assert.Equal([bytes.Length, 4096 / 8, 8192 / 8], [BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(16)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20))]);
        Assert.Equal([99L, 17L], [BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(24)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(32))]);
        Assert.Equal([3, 0, 0, 0, 1, 0, 4, 0], bytes[40..48]);
        Assert.Equal(request.Key.ToString(), Convert.ToHexStringLower(bytes[48..80]));
        Assert.Equal(Fingerprint.ToString(), Convert.ToHexStringLower(bytes[80..112]));
        Assert.Equal([1, 1, 0, (byte)'a', 4, 2, 0, (byte)'b', (byte)'c', 3, 1, 0, (byte)'d', 5, 1, 0, (byte)'e'], bytes[112..]);
        Assert.Equal(entry, RequestEntry.TryRead(bytes, 5));
        Assert.Equal(Results, entry.ToRequest(bytes)!.Results);
        Assert.Null(RequestEntry.TryRead(bytes, 6));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(RequestEntry.TryRead(bytes, 5));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Header_HasTheDocumentedBytes_AndNoBitOfItMayFlip()
    {
        var header = new RequestFileHeader { Number = 7, PreviousLength = 12288, PreviousEntries = 3, Chains = 1024, Running = new TimeSpan(99), Created = new DateTime(5, DateTimeKind.Utc) };
        byte[] block = new byte[RequestFileHeader.Bytes];
        header.Write(block);

        Assert.Equal(XxHash3.HashToUInt64(block.AsSpan(8, 56)), BinaryPrimitives.ReadUInt64LittleEndian(block));
        Assert.Equal("DCRF", Encoding.ASCII.GetString(block, 8, 4));
        Assert.Equal([1, 7, 12288, 3, 1024, 99, 5], [Int(12), Long(16), Long(24), Int(32), Int(36), Long(40), Long(48)]);
        Assert.Equal(header, RequestFileHeader.TryRead(block, 7));
        Assert.Null(RequestFileHeader.TryRead(block, 8));
        for (int bit = 0; bit < 64 * 8; bit++)
        {
            block[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(RequestFileHeader.TryRead(block, 7));
            block[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        long Int(int offset) => BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(offset));
        long Long(int offset) => BinaryPrimitives.ReadInt64LittleEndian(block.AsSpan(offset));
    }

    [Theory]
    [InlineData("00000007.requests", 7L)]
    [InlineData("7.requests", null)]
    [InlineData("00000000.requests", null)]
    [InlineData(".next", null)]
    [InlineData("00000007.journal", null)]
    public void Name_IsTheNumber(string name, long? number) => Assert.Equal(number, RequestFile.TryParseName(name));
}
