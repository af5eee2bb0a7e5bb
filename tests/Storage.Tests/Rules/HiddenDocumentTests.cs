using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Rules;

/// <summary>Documents that no client can name.</summary>
public sealed class HiddenDocumentTests
{
    private static readonly DocumentKey Key = DocumentKey.CreateHidden("collections/users");

    [Fact]
    public void TryCreate_IdOfAHiddenDocument_IsRefusedFromAClient()
    {
        Assert.False(DocumentKey.TryCreate(Key.Id, out _, out InvalidId? error));
        Assert.Equal(0, error.BytePosition);
        Assert.False(DocumentKey.TryCreate(Encoding.UTF8.GetBytes(Key.Id), out _, out _));
        Assert.True(Key.IsHidden);
        Assert.False(DocumentKey.Create("collections/users").IsHidden);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("a\0b")]
    [InlineData("a/../b")]
    public void CreateHidden_NameThatIsNoId_IsAnArgumentError(string name) =>
        Assert.Throws<ArgumentException>(() => DocumentKey.CreateHidden(name));

    [Fact]
    public void Header_OfAHiddenDocument_IsReadBackAndOfNoOtherKey()
    {
        var info = new DocumentInfo { Version = 7, ContentType = "application/json", Created = DateTimeOffset.UnixEpoch, Modified = DateTimeOffset.UnixEpoch, Length = 2, Sha256 = Sha256Digest.Of("{}"u8) };
        byte[] line = new byte[DocumentHeader.BytesMax];
        int length = DocumentHeader.Write(line, Key, info, 1);

        Assert.Contains("\"id\":\"\\u0000collections/users\"", Encoding.UTF8.GetString(line, 0, length), StringComparison.Ordinal);
        Assert.True(DocumentHeader.TryRead(line.AsSpan(0, length), Key, out _, out _));
        Assert.False(DocumentHeader.TryRead(line.AsSpan(0, length), DocumentKey.Create("collections/users"), out _, out _));
    }

    [Theory]
    [InlineData(DurabilityLevel.Filed)]
    [InlineData(DurabilityLevel.Durable)]
    public async Task Put_HiddenDocument_IsReadBackAfterReopening(DurabilityLevel level)
    {
        var disk = new SimulatedFileSystem();
        DocumentStore store = JournalTest.Open(disk);
        WriteResult put = await store.PutAsync(Key, TestDocuments.Content("{}"), default, level, default);
        WriteResult visible = await store.PutAsync("collections/users", "1", level: level);
        Assert.NotEqual(put.Sequence, visible.Sequence);
        await store.DisposeAsync();

        await using DocumentStore reopened = JournalTest.Open(disk);
        Assert.Equal(put.Document, await reopened.ReadInfoAsync(Key, default));
        Assert.Equal("1", await reopened.ReadAsync("collections/users"));
    }
}
