using System.Text;
using DocService.Storage.Documents;

namespace DocService.Storage.Tests.Documents;

public sealed class DocumentHeaderTests
{
    /// <summary>Format version 1 to the byte: data written by a released version must stay readable.</summary>
    private const string Golden =
        """{"docservice":1,"id":"users/42","version":17,"type":"application/json","created":"2026-01-02T03:04:05.0000000Z","modified":"2026-01-02T03:04:06.7890000Z","length":7,"sha256":"61ba59f4a9aafcbdd0a1f8bd0c0b3ad5ff1dd3ae7bd4cdf2ef8ac5ffcfb3a1b0","xxh3":"0123456789abcdef","header":"HASH"}""" + "\n";

    private static readonly DocumentKey Key = DocumentKey.Create("users/42");

    private static readonly DocumentInfo Info = new()
    {
        Version = 17,
        ContentType = "application/json",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Modified = new DateTimeOffset(2026, 1, 2, 3, 4, 6, 789, TimeSpan.Zero),
        Length = 7,
        Sha256 = new Sha256Digest(Convert.FromHexString("61ba59f4a9aafcbdd0a1f8bd0c0b3ad5ff1dd3ae7bd4cdf2ef8ac5ffcfb3a1b0")),
    };

    [Fact]
    public void Write_GivesTheGoldenBytes()
    {
        string line = Encoding.UTF8.GetString(Write(Key, Info));

        Assert.Equal(Golden.Replace("HASH", "48ee876fc0a9d52d", StringComparison.Ordinal), line);
    }

    /// <summary>The same of a document with an end. Programs that do not know the member refuse the file.</summary>
    [Fact]
    public void Write_OfADocumentWithAnEnd_GivesTheGoldenBytes()
    {
        DocumentInfo info = Info with { Expires = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7) };
        byte[] line = Write(Key, info);

        string golden = Golden.Replace("\"id\"", "\"must\":[\"expires\"],\"id\"", StringComparison.Ordinal)
            .Replace("\"length\"", "\"expires\":\"2026-02-03T04:05:06.0000007Z\",\"length\"", StringComparison.Ordinal);
        Assert.Equal(golden.Replace("HASH", "e7918e1cd80c566c", StringComparison.Ordinal), Encoding.UTF8.GetString(line));
        Assert.True(DocumentHeader.TryRead(line, Key, out ParsedHeader header, out string reason), reason);
        Assert.Equal(info, header.Info);
    }

    /// <summary>The same of a version that is kept. Programs that do not know the member serve the document as it is.</summary>
    [Fact]
    public void Write_OfAVersionThatIsKept_GivesTheGoldenBytes()
    {
        DocumentInfo info = Info with { Keep = 10 };
        byte[] line = Write(Key, info);

        string golden = Golden.Replace("\"length\"", "\"keep\":10,\"length\"", StringComparison.Ordinal);
        Assert.Equal(golden.Replace("HASH", "e73f9cac8d301fa9", StringComparison.Ordinal), Encoding.UTF8.GetString(line));
        Assert.True(DocumentHeader.TryRead(line, Key, out ParsedHeader header, out string reason), reason);
        Assert.Equal(info, header.Info);
    }

    [Fact]
    public void TryRead_AnEndThatMustBeUnderstoodIsMissing_IsRefused()
    {
        string text = Encoding.UTF8.GetString(Write(Key, Info));
        byte[] line = new byte[1000];
        int length = Encoding.UTF8.GetBytes(text[..text.IndexOf(",\"header\"", StringComparison.Ordinal)].Replace(",\"id\"", ",\"must\":[\"expires\"],\"id\"", StringComparison.Ordinal), line);
        length = ChecksummedLine.Finish(line, length, "header"u8);

        Assert.False(DocumentHeader.TryRead(line.AsSpan(0, length), Key, out _, out string reason));
        Assert.Contains("lacks a member", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("users/42", "application/json")]
    [InlineData("quote\"back\\slash", "application/problem+json; charset=\"utf-8\"")]
    [InlineData("ä😀\u0080", "application/x+json")]
    public void TryRead_WhatWasWritten_IsTheSame(string id, string type)
    {
        DocumentKey key = DocumentKey.Create(id);
        DocumentInfo info = Info with { ContentType = type };
        byte[] line = Write(key, info);

        Assert.True(DocumentHeader.TryRead([.. line, .. "{\n}"u8], key, out ParsedHeader header, out string reason), reason);
        Assert.Equal(info, header.Info);
        Assert.Equal(line.Length, header.HeaderBytes);
        Assert.Equal(0x0123456789abcdefUL, header.BodyHash);
    }

    [Fact]
    public void Write_TheLongestHeader_FitsItsLimit()
    {
        DocumentKey key = DocumentKey.Create(new string('"', DocumentKey.BytesMax));
        DocumentInfo info = Info with { ContentType = new string('\\', 255), Version = long.MaxValue, Length = long.MaxValue, Expires = DateTimeOffset.MaxValue };

        byte[] line = Write(key, info);

        Assert.True(line.Length <= DocumentHeader.BytesMax);
        Assert.True(DocumentHeader.TryRead(line, key, out _, out string reason), reason);
    }

    [Fact]
    public void TryRead_AnyBitFlipped_Fails()
    {
        byte[] line = Write(Key, Info);
        for (int bit = 0; bit < line.Length * 8; bit++)
        {
            line[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(DocumentHeader.TryRead(line, Key, out _, out _), $"bit {bit}");
            line[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryRead_AnyPrefix_Fails()
    {
        byte[] line = Write(Key, Info);
        for (int length = 0; length < line.Length; length++)
        {
            Assert.False(DocumentHeader.TryRead(line.AsSpan(0, length), Key, out _, out _));
        }
    }

    [Fact]
    public void TryRead_AnotherDocumentsHeader_Fails()
    {
        Assert.False(DocumentHeader.TryRead(Write(Key, Info), DocumentKey.Create("users/43"), out _, out string reason));
        Assert.Contains("another document", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"docservice":2,"id":"users/42","version":17""", "format 2")]
    [InlineData("""{"docservice":1,"id":"users/42","version":0""", "impossible")]
    [InlineData("""{"docservice":1,"id":"users/42","version":17""", "lacks")]
    [InlineData("""{"docservice":"1","id":"users/42""" + "\"", "known form")]
    [InlineData("""[1""", "known form")]
    public void TryRead_RightChecksumOverWrongMembers_SaysWhy(string start, string reason)
    {
        byte[] line = new byte[1000];
        int length = Encoding.UTF8.GetBytes(start, line);
        length = ChecksummedLine.Finish(line, length, "header"u8);

        Assert.False(DocumentHeader.TryRead(line.AsSpan(0, length), Key, out _, out string actual));
        Assert.Contains(reason, actual, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRead_UnknownMembers_AreSkipped()
    {
        string text = Encoding.UTF8.GetString(Write(Key, Info));
        byte[] line = new byte[1000];
        int length = Encoding.UTF8.GetBytes(
            text[..text.IndexOf(",\"header\"", StringComparison.Ordinal)].Replace("\"version\"", "\"later\":{\"a\":[1]},\"version\"", StringComparison.Ordinal), line);
        length = ChecksummedLine.Finish(line, length, "header"u8);

        Assert.True(DocumentHeader.TryRead(line.AsSpan(0, length), Key, out ParsedHeader header, out string reason), reason);
        Assert.Equal(17, header.Info.Version);
    }

    /// <summary>As a later version may write it. Where a member changes what the document means, to skip it would be to lie.</summary>
    [Theory]
    [InlineData("""["expires"]""", null)]
    [InlineData("""["keep"]""", "\"keep\" that must be understood")]
    [InlineData("""["expires","keep"]""", "\"keep\" that must be understood")]
    [InlineData("""[]""", null)]
    [InlineData("""["expires",7]""", "known form")]
    [InlineData("\"expires\"", "known form")]
    public void TryRead_MembersThatMustBeUnderstood_AreRefusedByName(string must, string? reason)
    {
        string text = Encoding.UTF8.GetString(Write(Key, Info));
        byte[] line = new byte[1000];
        int length = Encoding.UTF8.GetBytes(
            text[..text.IndexOf(",\"header\"", StringComparison.Ordinal)].Replace(",\"id\"", $",\"must\":{must},\"expires\":\"2026-01-02T03:04:05Z\",\"id\"", StringComparison.Ordinal), line);
        length = ChecksummedLine.Finish(line, length, "header"u8);

        Assert.Equal(reason is null, DocumentHeader.TryRead(line.AsSpan(0, length), Key, out _, out string actual));
        Assert.Contains(reason ?? string.Empty, actual, StringComparison.Ordinal);
    }

    private static byte[] Write(DocumentKey key, DocumentInfo info)
    {
        byte[] buffer = new byte[DocumentHeader.BytesMax];
        return buffer[..DocumentHeader.Write(buffer, key, info, 0x0123456789abcdef)];
    }
}
