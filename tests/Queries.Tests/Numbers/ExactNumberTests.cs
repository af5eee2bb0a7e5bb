using System.Numerics;
using CsCheck;
using DocService.Queries.Numbers;

namespace DocService.Queries.Tests.Numbers;

public sealed class ExactNumberTests
{
    /// <summary>From the least to the greatest; the spellings of one row are one number.</summary>
    internal static readonly string[][] Ascending =
    [
        ["-1e99999999999999999999"], ["-1e400", "-10e399"], ["-9007199254740993"], ["-9007199254740992"], ["-1.5"], ["-1", "-1.0", "-10e-1"],
        ["-1e-400"], ["-1e-99999999999999999999"], ["0", "-0", "0.0", "-0.00e7", "0e99999999999999999999"],
        ["1e-99999999999999999999", "0.1e-99999999999999999998"], ["1e-99999999999999999998"], ["1e-1000000000000000000"], ["1e-999999999999999999", "10e-1000000000000000000"],
        ["1e-400", "0.1e-399"], ["0.1", "1e-1", "0.100"], ["0.1000000000000000055511151231257827021181583404541015625"], ["0.11"],
        ["1", "1.0", "1e0", "1E+0", "0.1e1", "10e-1", "1.000e00"], ["1.0000000000000000000000000000000000000001"], ["2"], ["10", "1e1"], ["12", "1.2e1"], ["100"],
        ["9007199254740992", "9007199254740992.0"], ["9007199254740993"], ["1e400", "10E399"], ["1.5e400"],
        ["1e999999999999999998"], ["10e999999999999999998", "1e999999999999999999"], ["1e1000000000000000000", "10e999999999999999999", "0.01e1000000000000000002"],
        ["1e9223372036854775807"], ["1e9223372036854775808"], ["1e99999999999999999999", "0.1e100000000000000000000"], ["1.1e99999999999999999999"], ["1e100000000000000000000"],
    ];

    private static int Compare(string one, string other) =>
        ExactNumber.Compare(ExactNumber.Read(Json.Bytes(one)), ExactNumber.Read(Json.Bytes(other)));

    [Fact]
    public void Compare_HardNumbers_AreInOrderWhateverTheirSpelling()
    {
        for (int row = 0; row < Ascending.Length; row++)
        {
            for (int other = 0; other < Ascending.Length; other++)
            {
                Assert.All(Ascending[row], left => Assert.All(Ascending[other], right =>
                    Assert.True(Math.Sign(Compare(left, right)) == row.CompareTo(other), $"{left} and {right}: {Compare(left, right)}")));
            }
        }
    }

    [Fact]
    public void Compare_RandomSpellings_AgreesWithBuiltNumbers() =>
        Gen.Select(AnyJson.Number, AnyJson.Number).Sample(iter: 20_000, predicate: (one, other) =>
            Math.Sign(Compare(one, other)) == Math.Sign(SlowOrder.Compare(one, other)));

    [Theory]
    [InlineData("8", true)]
    [InlineData("8.0", true)]
    [InlineData("80e-1", true)]
    [InlineData("0.5e1", true)]
    [InlineData("-0.0", true)]
    [InlineData("1e99999999999999999999", true)]
    [InlineData("8.5", false)]
    [InlineData("85e-1", false)]
    [InlineData("1e-1", false)]
    [InlineData("1e-99999999999999999999", false)]
    public void IsInteger_IsOfTheValueNotItsSpelling(string number, bool expected) =>
        Assert.Equal(expected, ExactNumber.Read(Json.Bytes(number)).IsInteger);

    [Theory]
    [InlineData("8", 4, 0)]
    [InlineData("-5", 4, -1)]
    [InlineData("5", -4, 1)]
    [InlineData("9007199254740993", 10, 3)]
    [InlineData("12345678901234567890123456789", 97, 44)]
    [InlineData("1e1000000", 7, 4)]
    [InlineData("-9223372036854775808", long.MinValue, 0)]
    [InlineData("9223372036854775807", long.MinValue, long.MaxValue)]
    [InlineData("7e5", 1, 0)]
    public void Remainder_OfAnySize_IsExact(string number, long divisor, long expected) =>
        Assert.Equal(expected, Remainder.Of(ExactNumber.Read(Json.Bytes(number)), divisor, SearchLimit.None));

    [Fact]
    public void Remainder_OfExponentsBeyondEveryInteger_FollowsTheirPeriod()
    {
        // Powers of ten modulo 7 repeat every 6; 99999999999999999999 mod 6 = 3, 10^3 mod 7 = 6.
        Assert.Equal(6, Remainder.Of(ExactNumber.Read("1e99999999999999999999"u8), 7, SearchLimit.None));
        Assert.Equal(-4, Remainder.Of(ExactNumber.Read("-100e99999999999999999998"u8), 7, SearchLimit.None));
        Assert.Equal(0, Remainder.Of(ExactNumber.Read("1e99999999999999999999"u8), 4, SearchLimit.None));
    }

    [Fact]
    public void Remainder_RandomIntegers_AgreesWithBuiltNumbers() =>
        Gen.Select(Gen.Long, Gen.Int[0, 60], Gen.Long.Where(divisor => divisor != 0)).Sample(iter: 5_000, predicate: (digits, power, divisor) =>
            Remainder.Of(ExactNumber.Read(Json.Bytes($"{digits}e{power}")), divisor, SearchLimit.None)
                == (long)BigInteger.Remainder(digits * BigInteger.Pow(10, power), divisor));

    [Fact]
    public void Remainder_OfAnExponentWithAMillionDigits_EndsWithItsLimit()
    {
        var time = new SteppingTime();
        SearchLimit limit = SearchLimit.After(TimeSpan.FromSeconds(5), time, CancellationToken.None);
        byte[] number = Json.Bytes($"1e{new string('7', 1_000_000)}");
        Assert.Throws<SearchLimitException>(() => Remainder.Of(ExactNumber.Read(number), 7, limit));
    }

    /// <summary>Each look at the clock takes a second.</summary>
    private sealed class SteppingTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now++;
    }
}
