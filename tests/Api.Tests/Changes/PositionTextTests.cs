using DocService.Api.Changes;
using DocService.Index.Feeding;

namespace DocService.Api.Tests.Changes;

public sealed class PositionTextTests
{
    private static readonly Guid Store = new("00112233-4455-6677-8899-aabbccddeeff");

    [Theory]
    [InlineData(0, 0)]
    [InlineData(17, 0)]
    [InlineData(17, 18)]
    [InlineData(999_999_999_999_999, 0)]
    public void Write_IsReadAgain(long sequence, long begun)
    {
        var position = new FeedPosition(Store, sequence, begun);
        string text = PositionText.Write(position);
        Assert.Matches("^[A-Za-z0-9_-]+$", text); // fits into a URL and into an event as it is
        Assert.True(PositionText.TryRead(text, out FeedPosition read));
        Assert.Equal(position, read);
    }

    [Fact]
    public void Beginning_IsZero()
    {
        Assert.Equal("0", PositionText.Write(FeedPosition.Beginning));
        Assert.True(PositionText.TryRead("0", out FeedPosition read));
        Assert.Equal(FeedPosition.Beginning, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("00")]
    [InlineData("x")]
    [InlineData("AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEQA")] // a byte too many
    [InlineData("AgARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEQ")] // another format
    [InlineData("AQARIjNEVWZ3iJmqu8zd7v___________w")] // a sequence below 0
    [InlineData("AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAAEf__________")] // begun below 0
    [InlineData("AQARIjNEVWZ3iJmqu8zd7v8AAAAAAAAA")] // cut
    public void TryRead_NoPosition_IsFalse(string text) => Assert.False(PositionText.TryRead(text, out _));
}
