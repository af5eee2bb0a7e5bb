using System.Text;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>The table against plain sets of names, one for each open object.</summary>
public sealed class NameTableTests
{
    [Fact]
    public void TryAdd_SameNameInTwoObjects_IsNoDuplicate()
    {
        byte[] source = "a\"b\""u8.ToArray();
        using var table = new NameTable(null);
        int none = table.Open();
        Assert.True(table.TryAdd(source, 0, 1));
        int outer = table.Open();
        Assert.True(table.TryAdd(source, 0, 1));
        Assert.False(table.TryAdd(source, 0, 1));
        table.Close(source, outer);
        Assert.True(table.TryAdd(source, 2, 1));
        Assert.False(table.TryAdd(source, 0, 1));
        table.Close(source, none);
    }

    [Fact]
    public void TryAddUnescaped_AndPlain_AreTheSameNames()
    {
        byte[] source = "name\""u8.ToArray();
        using var table = new NameTable(null);
        table.Open();
        Assert.True(table.TryAdd(source, 0, 4));
        Assert.False(table.TryAddUnescaped(source, "name"u8));
        Assert.True(table.TryAddUnescaped(source, "other"u8));
        Assert.False(table.TryAddUnescaped(source, "other"u8));
        Assert.True(table.TryAddUnescaped(source, ""u8));
        Assert.False(table.TryAdd(source, 4, 0));
    }

    /// <summary>The name <c>a":</c> is what stands in the source where the member <c>"a":"…</c> begins.</summary>
    [Fact]
    public void TryAddUnescaped_NameThatLooksLikeAMemberOfTheSource_IsNoDuplicate()
    {
        byte[] source = "a\":\"x\""u8.ToArray();
        using var table = new NameTable(null);
        table.Open();
        Assert.True(table.TryAdd(source, 0, 1));
        Assert.True(table.TryAddUnescaped(source, "a\":"u8));
        Assert.False(table.TryAddUnescaped(source, "a\":"u8));
    }

    [Fact]
    public void Close_OfAnInnerObject_ForgetsItsNames()
    {
        byte[] source = "a\"b\"c\""u8.ToArray();
        using var table = new NameTable(null);
        table.Open();
        Assert.True(table.TryAdd(source, 0, 1));
        int outer = table.Open();
        Assert.True(table.TryAdd(source, 2, 1));
        Assert.True(table.TryAddUnescaped(source, "x"u8));
        table.Close(source, outer);

        Assert.Equal(1, table.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(77)]
    public void TryAdd_RandomNamesInRandomObjects_AgreesWithSets(int seed)
    {
        var random = new Random(seed);
        byte[] source = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(_ => new string([.. Enumerable.Range(0, random.Next(9)).Select(_ => (char)('a' + random.Next(3)))]) + '"')));
        int[] starts = [0, .. Enumerable.Range(0, source.Length - 1).Where(index => source[index] == '"').Select(index => index + 1)];
        var open = new Stack<(HashSet<string> Names, int Outer)>();
        using var table = new NameTable(null);
        open.Push(([], table.Open()));
        int most = 0;
        for (int turn = 0; turn < 200_000; turn++)
        {
            int choice = random.Next(1000);
            if (choice < 3 && open.Count < 40)
            {
                open.Push(([], table.Open()));
            }
            else if (choice < 6 && open.Count > 1)
            {
                table.Close(source, open.Pop().Outer);
            }

            int start = starts[random.Next(starts.Length)];
            ReadOnlySpan<byte> name = source.AsSpan(start, source.AsSpan(start).IndexOf((byte)'"'));
            bool isNew = open.Peek().Names.Add(Encoding.ASCII.GetString(name));
            bool wasAdded = random.Next(3) == 0 ? table.TryAddUnescaped(source, name) : table.TryAdd(source, start, name.Length);
            Assert.True(isNew == wasAdded, $"seed {seed}, turn {turn}");
            Assert.True(table.Count >= open.Sum(one => one.Names.Count), $"seed {seed}, turn {turn}");
            most = Math.Max(most, table.Count);
        }

        Assert.True(most > 5_000, $"{most}");
    }
}
