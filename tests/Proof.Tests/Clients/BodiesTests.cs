using System.Text;
using DocService.Proof.Clients;

namespace DocService.Proof.Tests.Clients;

public sealed class BodiesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(700_007)]
    public void TagOf_OwnBody_IsItsTag(long tag) =>
        Assert.Equal(tag, Bodies.TagOf("k1", Encoding.UTF8.GetBytes(Bodies.Of("k1", tag))));

    [Fact]
    public void TagOf_AnyByteChanged_OrAnotherKey_IsNull()
    {
        byte[] body = Encoding.UTF8.GetBytes(Bodies.Of("k1", 14));
        Assert.Null(Bodies.TagOf("k2", body));
        for (int at = 0; at < body.Length; at++)
        {
            byte[] changed = [.. body];
            changed[at] ^= 1;
            Assert.Null(Bodies.TagOf("k1", changed));
        }
    }
}
