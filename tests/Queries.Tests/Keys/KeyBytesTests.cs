using System.Security.Cryptography;
using DocService.Queries.Keys;

namespace DocService.Queries.Tests.Keys;

public sealed class KeyBytesTests
{
    private static KeyWriter Written(byte[] bytes)
    {
        var writer = new KeyWriter();
        writer.Append(bytes);
        return writer;
    }

    [Fact]
    public void Bound_UpTo512Bytes_KeepsTheKey()
    {
        byte[] key = RandomNumberGenerator.GetBytes(KeyBytes.Max);
        KeyWriter writer = Written(key);
        Assert.False(KeyBytes.Bound(writer));
        Assert.Equal(key, writer.Written.ToArray());
    }

    [Fact]
    public void Bound_LongerKey_Is480BytesAndADigestOfTheWhole()
    {
        byte[] key = [.. Enumerable.Range(0, 513).Select(i => (byte)(i % 251))];
        KeyWriter writer = Written(key);
        Assert.True(KeyBytes.Bound(writer));
        Assert.Equal([.. key[..480], .. SHA256.HashData(key)], writer.Written.ToArray());
    }

    [Fact]
    public void Digest_IsOfTheWholeKey()
    {
        byte[] key = new byte[5000];
        Assert.Equal(SHA256.HashData(key), KeyBytes.Digest(Written(key)));
    }

    [Theory]
    [InlineData("0102", "0103")]
    [InlineData("01FF", "02")]
    [InlineData("FFFF", "")]
    [InlineData("", "")]
    public void Behind_IsTheFirstKeyAfterAllWithThatBeginning(string prefix, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(KeyBytes.Behind(Convert.FromHexString(prefix))));
}
