using System.Numerics;
using CsCheck;
using DocService.Queries.Numbers;

namespace DocService.Queries.Tests.Numbers;

public sealed class DecimalSumTests
{
    private static DecimalSum Of(params string[] numbers)
    {
        var sum = new DecimalSum();
        foreach (string number in numbers)
        {
            sum.Add(ExactNumber.Read(Json.Bytes(number)));
        }

        return sum;
    }

    [Theory]
    [InlineData("0.1 0.2", "0.3", "0.15")]
    [InlineData("1 2.0 3e0", "6", "2")]
    [InlineData("0 -0", "0", "0")]
    [InlineData("1e30 1 -1e30", "1", "0.3333333333333333333333333333333333")]
    [InlineData("2 0 0", "2", "0.6666666666666666666666666666666667")]
    [InlineData("-2 0 0", "-2", "-0.6666666666666666666666666666666667")]
    [InlineData("9007199254740993 1e-20", "9007199254740993.00000000000000000001", "4503599627370496.500000000000000000")]
    [InlineData("1e400", "1e400", "1e400")]
    [InlineData("1e-400 1e400 -1e400", "1e-400", "3.333333333333333333333333333333333e-401")]
    [InlineData("1e399 2e399", "3e399", "1.5e399")]
    [InlineData("123456789012345678901234567890123450", "123456789012345678901234567890123450", "123456789012345678901234567890123400")]
    [InlineData("123456789012345678901234567890123350", "123456789012345678901234567890123350", "123456789012345678901234567890123400")]
    [InlineData("12345678901234567890123456789012345", "12345678901234567890123456789012345", "12345678901234567890123456789012340")]
    [InlineData("12345678901234567890123456789012355", "12345678901234567890123456789012355", "12345678901234567890123456789012360")]
    [InlineData("999999999999999999 999999999999999999", "1999999999999999998", "999999999999999999")]
    [InlineData("0.000001 0", "0.000001", "5e-7")]
    [InlineData("1e-9", "1e-9", "1e-9")]
    public void Sum_IsExact_AverageIsRoundedHalfToEven(string numbers, string sum, string average)
    {
        DecimalSum result = Of(numbers.Split(' '));
        Assert.Equal(sum, result.Sum());
        Assert.Equal(average.Contains('.', StringComparison.Ordinal) && !average.Contains('e', StringComparison.Ordinal) ? average.TrimEnd('0') : average, result.Average());
        Assert.Equal(0, result.Inexact);
    }

    [Theory]
    [InlineData("1e401")]
    [InlineData("1e-401")]
    [InlineData("1.1e-400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("-1e-99999999999999999999")]
    public void Sum_WithANumberOutOfReach_IsNullAndCountsIt(string number)
    {
        DecimalSum result = Of("1", number, number);
        Assert.Null(result.Sum());
        Assert.Null(result.Average());
        Assert.Equal(2, result.Inexact);
    }

    [Fact]
    public void Sum_OfNothing_IsNull()
    {
        Assert.Null(Of().Sum());
        Assert.Null(Of().Average());
    }

    [Fact]
    public void Sum_OfRandomNumbers_IsThatOfBuiltNumbers() =>
        AnyJson.Number.Array[1, 20].Sample(iter: 5_000, assert: numbers =>
        {
            string[] within = [.. numbers.Where(number => Of(number).Inexact == 0)];
            if (within.Length == 0)
            {
                return;
            }

            BigInteger expected = within.Aggregate(BigInteger.Zero, (sum, number) =>
            {
                (BigInteger mantissa, int exponent) = SlowOrder.Build(number);
                return sum + mantissa * BigInteger.Pow(10, exponent + 500);
            });
            (BigInteger built, int power) = SlowOrder.Build(Of(within).Sum()!);
            Assert.Equal(expected, built * BigInteger.Pow(10, power + 500));
        });

    [Fact]
    public void Sum_OfMany_DoesNotOverflow()
    {
        var sum = new DecimalSum();
        for (int i = 0; i < 200_000; i++)
        {
            sum.Add(ExactNumber.Read("999999999999999999.999999999"u8));
            sum.Add(ExactNumber.Read("999999999999999999"u8));
        }

        Assert.Equal("399999999999999999799999.9998", sum.Sum());
    }
}
