using System.Net;
using DocService.Api.Limits;

namespace DocService.Api.Tests.Limits;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:ff::1", true)]
    [InlineData("2001:db8:0:100::1", "2001:db8:0:200::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public void Place_OfTwoAddresses_IsOneWhereOneClientHasBoth(string one, string other, bool isSame)
    {
        int first = ClientAddress.PlaceOf(IPAddress.Parse(one));
        int second = ClientAddress.PlaceOf(IPAddress.Parse(other));

        Assert.InRange(first, 0, ClientAddress.Places - 1);
        if (isSame)
        {
            Assert.Equal(first, second);
        }
        else if (first == second)
        {
            // One start in 16,384 gives both the same place; a third address then tells them apart from a place for all.
            Assert.Contains(Enumerable.Range(1, 100), number => ClientAddress.PlaceOf(new IPAddress(number)) != first);
        }
    }

    [Fact]
    public void Place_WithoutAddress_IsOneOfThem() => Assert.InRange(ClientAddress.PlaceOf(null), 0, ClientAddress.Places - 1);
}
