using System.Security.Cryptography;
using DocService.Api.Answers;

namespace DocService.Api.Tests.Queries;

public sealed class PageDigestTests
{
    /// <summary>Around the size that is gathered, and beyond it.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 10)]
    [InlineData(1000, 50)]
    [InlineData(8192, 3)]
    [InlineData(70_000, 2)]
    public void Finish_PiecesOfAnySize_IsTheDigestOfAllOfThem(int pieceBytes, int pieces)
    {
        byte[] all = new byte[pieceBytes * pieces];
        new Random(20261127).NextBytes(all);
        using var digest = new PageDigest();
        for (int piece = 0; piece < pieces; piece++)
        {
            digest.Append(all.AsSpan(piece * pieceBytes, pieceBytes));
        }

        Assert.Equal(SHA256.HashData(all), digest.Finish());
    }
}
