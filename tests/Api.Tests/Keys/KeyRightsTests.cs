using DocService.Api.Keys;

namespace DocService.Api.Tests.Keys;

public sealed class KeyRightsTests
{
    [Theory]
    [InlineData("notes/", true)]
    [InlineData("notes/a", true)]
    [InlineData("notes/a/b", true)]
    [InlineData("notes", false)]
    [InlineData("Notes/a", false)]
    [InlineData("notes-of-others/a", false)]
    [InlineData("", false)]
    public void Cover_OfAPrefix_IsWhatBeginsWithIt(string beginning, bool isCovered)
    {
        Assert.Null(KeyRights.TryCreate(new Dictionary<string, string[]> { ["read"] = ["tasks/", "notes/"] }, out KeyRights? rights));

        Assert.Equal(isCovered, rights!.Cover(Right.Read, beginning));
        Assert.False(rights.Cover(Right.Write, beginning));
    }

    [Fact]
    public void Token_ReadAgain_HasItsIdAndHash()
    {
        string id = KeyToken.NewId();
        string token = KeyToken.Make(id, out byte[] hash);
        byte[] read = new byte[KeyToken.Bytes];

        Assert.True(KeyToken.TryRead(token, out ReadOnlySpan<char> named, read));
        Assert.Equal(id, named.ToString());
        Assert.Equal(hash, read);
        Assert.False(KeyToken.TryRead(token + "A", out _, read));
        Assert.False(KeyToken.TryRead(token.AsSpan(0, token.Length - 1).ToString(), out _, read));
        Assert.False(KeyToken.TryRead(token.Replace("ds_", "dx_", StringComparison.Ordinal), out _, read));
    }

    [Fact]
    public void List_WrittenAndRead_IsTheSame()
    {
        Assert.Null(KeyRights.TryCreate(new Dictionary<string, string[]> { ["read"] = ["*"], ["write"] = ["a/", "b/"] }, out KeyRights? rights));
        _ = KeyToken.Make("0123456789ab", out byte[] hash);
        var key = new ApiKey { Id = "0123456789ab", Name = "web", Rights = rights!, Hash = new(hash), Created = DateTimeOffset.UnixEpoch, Expires = DateTimeOffset.MaxValue, LastUsed = new DateOnly(2026, 1, 2) };

        ApiKey read = Assert.Single(KeyList.Read(KeyList.Write([key])));

        Assert.Equal(key with { Rights = read.Rights }, read);
        Assert.Equal(rights!.ToNames(), read.Rights.ToNames());
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => KeyList.Read("""{"format":2,"keys":[]}"""u8));
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => KeyList.Read("""{"format":1,"keys":[{"id":"x"}]}"""u8));
    }
}
