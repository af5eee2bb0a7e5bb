using System.Text;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>The table against a plain set of pairs.</summary>
public sealed class NameTableTests
{
    [Fact]
    public void TryAdd_SameNameInTwoObjects_IsNoDuplicate()
    {
        byte[] source = "ab"u8.ToArray();
        var table = new NameTable();
        Assert.True(table.TryAdd(source, 1, 0, 1));
        Assert.True(table.TryAdd(source, 2, 0, 1));
        Assert.True(table.TryAdd(source, 1, 1, 1));
        Assert.False(table.TryAdd(source, 1, 0, 1));
        Assert.False(table.TryAdd(source, 2, 0, 1));
        table.Dispose();
    }

    [Fact]
    public void TryAddUnescaped_AndPlain_AreTheSameNames()
    {
        byte[] source = "name"u8.ToArray();
        var table = new NameTable();
        Assert.True(table.TryAdd(source, 1, 0, 4));
        Assert.False(table.TryAddUnescaped(source, 1, "name"u8));
        Assert.True(table.TryAddUnescaped(source, 1, "other"u8));
        Assert.False(table.TryAddUnescaped(source, 1, "other"u8));
        Assert.True(table.TryAddUnescaped(source, 1, ""u8));
        Assert.False(table.TryAdd(source, 1, 0, 0));
        table.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    public void TryAdd_RandomNamesThroughManyGrowths_AgreesWithASet(int seed)
    {
        var random = new Random(seed);
        byte[] source = Encoding.ASCII.GetBytes(new string([.. Enumerable.Range(0, 5_000).Select(_ => (char)('a' + random.Next(3)))]));
        var seen = new HashSet<(int, string)>();
        var table = new NameTable();
        for (int turn = 0; turn < 60_000; turn++)
        {
            int serial = random.Next(40);
            int length = random.Next(9);
            int offset = random.Next(source.Length - length);
            ReadOnlySpan<byte> name = source.AsSpan(offset, length);
            bool isNew = seen.Add((serial, Encoding.ASCII.GetString(name)));
            bool wasAdded = random.Next(3) == 0 ? table.TryAddUnescaped(source, serial, name) : table.TryAdd(source, serial, offset, length);
            Assert.True(isNew == wasAdded, $"seed {seed}, turn {turn}");
        }

        table.Dispose();
        Assert.True(seen.Count > 10_000);
    }
}
