using CsCheck;
using DocService.Queries.Keys;
using DocService.Queries.Tests.Numbers;

namespace DocService.Queries.Tests.Keys;

public sealed class KeyEncoderTests
{
    /// <summary>The bytes that stand in indexes on disk. Who changes one of these changes the format: docs/index-format.md.</summary>
    [Theory]
    [InlineData("null", "02")]
    [InlineData("0", "04")]
    [InlineData("-0.0", "04")]
    [InlineData("1", "05810B00")]
    [InlineData("1.0", "05810B00")]
    [InlineData("-1", "037EF4FF")]
    [InlineData("0.01", "057E0B00")]
    [InlineData("123", "05830D1F00")]
    [InlineData("9007199254740992", "05905B08145D374B0A5D00")]
    [InlineData("1e63", "05C1400B00")]
    [InlineData("1e400", "05C201910B00")]
    [InlineData("1e-400", "053DFE700B00")]
    [InlineData("1e99999999999999999999", "05D000000015" + "313030303030303030303030303030303030303030" + "0B00")]
    [InlineData("\"\"", "060001")]
    [InlineData("\"ab\"", "0661620001")]
    [InlineData("\"\\u00e9\"", "06C3A90001")]
    [InlineData("\"a\\u0000b\"", "066100FF620001")]
    [InlineData("{}", "0700")]
    [InlineData("{\"b\":1,\"a\":null}", "0701610001020162000105810B0000")]
    [InlineData("[]", "0800")]
    [InlineData("[1,[true]]", "0805810B00080A0000")]
    [InlineData("false", "09")]
    [InlineData("true", "0A")]
    public void Key_OfEachKind_HasItsGoldenBytes(string json, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(Json.Key(json)));

    [Fact]
    public void Key_HardNumbers_AreInOrderAndEqualWhateverTheirSpelling()
    {
        byte[][][] keys = [.. ExactNumberTests.Ascending.Select(row => row.Select(number => Json.Key(number)).ToArray())];
        Assert.All(keys, row => Assert.All(row, key => Assert.Equal(row[0], key)));
        for (int i = 1; i < keys.Length; i++)
        {
            Assert.True(keys[i - 1][0].AsSpan().SequenceCompareTo(keys[i][0]) < 0, $"{ExactNumberTests.Ascending[i - 1][0]} < {ExactNumberTests.Ascending[i][0]}");
        }
    }

    [Fact]
    public void Key_RandomValues_OrdersAsTheSlowComparer() =>
        Gen.Select(AnyJson.Value, AnyJson.Value).Sample(iter: 50_000, predicate: (one, other) =>
            Math.Sign(Json.Key(one).AsSpan().SequenceCompareTo(Json.Key(other))) == Math.Sign(SlowOrder.Compare(one, other)));

    /// <summary>Nothing that follows can change the order, and a complement turns it: what several fields in one key rest on.</summary>
    [Fact]
    public void Key_OfOneValue_IsNeverTheBeginningOfAnothers() =>
        Gen.Select(AnyJson.Value, AnyJson.Value).Sample(iter: 20_000, predicate: (one, other) =>
            SlowOrder.Compare(one, other) == 0 || !Json.Key(other).AsSpan().StartsWith(Json.Key(one)));

    [Fact]
    public void Key_Folded_IsThatOfTheTextInEitherCase()
    {
        Assert.Equal(Json.Key("\"Ann@Example.ORG\"", fold: true), Json.Key("\"aNN@eXAMPLE.org\"", fold: true));
        Assert.Equal(Json.Key("\"ÉCOLE\"", fold: true), Json.Key("\"\\u00e9cole\"", fold: true));
        Assert.Equal(Json.Key("[\"σς\"]", fold: true), Json.Key("[\"ΣΣ\"]", fold: true));
        Assert.NotEqual(Json.Key("\"a\"", fold: true), Json.Key("\"b\"", fold: true));
        Assert.NotEqual(Json.Key("{\"A\":1}", fold: true), Json.Key("{\"a\":1}", fold: true));
        Assert.Equal("0641420001", Convert.ToHexString(Json.Key("\"aB\"", fold: true)));
    }

    [Fact]
    public void Key_ManyMembersInAnyOrder_IsOne()
    {
        string[] members = [.. Enumerable.Range(0, 500).Select(i => $"\"m{i * 7919 % 500}\":{{\"y\":{i},\"x\":[{i}]}}")];
        Assert.Equal(Json.Key($"{{{string.Join(',', members)}}}"), Json.Key($"{{{string.Join(',', members.Reverse())}}}"));
    }
}
