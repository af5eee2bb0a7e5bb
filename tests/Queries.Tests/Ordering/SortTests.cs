using System.Text;
using System.Text.Json;
using CsCheck;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;

namespace DocService.Queries.Tests.Ordering;

public sealed class SortTests
{
    private static SortOrder Order(string text)
    {
        Assert.True(SortOrder.TryParse(text, out SortOrder? order, out QueryFault? fault), fault?.Detail);
        return order;
    }

    private static string Sorted(string sort, params string[] documents)
    {
        var keys = new SortKeys(Order(sort));
        return string.Join(' ', documents.Select((document, id) => (Key: KeyOf(keys, document), Id: id))
            .OrderBy(row => Convert.ToHexString(row.Key), StringComparer.Ordinal).ThenBy(row => row.Id).Select(row => documents[row.Id]));
    }

    private static byte[] KeyOf(SortKeys keys, string document)
    {
        var key = new KeyWriter();
        keys.Write(Json.Bytes(document), Filtering.Facts, SearchLimit.None, key);
        return key.Written.ToArray();
    }

    [Theory]
    [InlineData("a", """{"a":true} {"a":false} {"a":[[]]} {"a":{}} {"a":"é"} {"a":"z"} {"a":""} {"a":2} {"a":1e0} {"a":-1} {"b":1} {"a":null} {"a":[]}""",
        """{"a":[]} {"b":1} {"a":null} {"a":-1} {"a":1e0} {"a":2} {"a":""} {"a":"z"} {"a":"é"} {"a":{}} {"a":[[]]} {"a":false} {"a":true}""")]
    [InlineData("-a", """{"a":[]} {"b":1} {"a":null} {"a":-1} {"a":1e0} {"a":2} {"a":"z"} {"a":true}""",
        """{"a":true} {"a":"z"} {"a":2} {"a":1e0} {"a":-1} {"b":1} {"a":null} {"a":[]}""")]
    [InlineData("a", """{"a":[3,9]} {"a":4} {"a":[5,1]}""", """{"a":[5,1]} {"a":[3,9]} {"a":4}""")]
    [InlineData("-a", """{"a":[3,9]} {"a":4} {"a":[5,1]}""", """{"a":[3,9]} {"a":[5,1]} {"a":4}""")]
    [InlineData("-a,b", """{"a":1,"b":2} {"a":2,"b":3} {"a":2,"b":1} {"a":1}""", """{"a":2,"b":1} {"a":2,"b":3} {"a":1} {"a":1,"b":2}""")]
    [InlineData("a.b", """{"a":[{"b":3},{"b":1}]} {"a":{"b":2}} {"a":[{"b":5},{}]} {"a":[7]}""", """{"a":[{"b":5},{}]} {"a":[7]} {"a":[{"b":3},{"b":1}]} {"a":{"b":2}}""")]
    [InlineData("/a", """{"a":[1]} {"a":"x"} {"a":[0,2]}""", """{"a":"x"} {"a":[0,2]} {"a":[1]}""")]
    [InlineData("-n", """{"n":9007199254740992} {"n":9007199254740993} {"n":1e400} {"n":1e-400}""", """{"n":1e400} {"n":9007199254740993} {"n":9007199254740992} {"n":1e-400}""")]
    [InlineData("a", """{"a":2,"x":1} {"a":1} {"a":2.0}""", """{"a":1} {"a":2,"x":1} {"a":2.0}""")]
    public void Order_OfDocuments(string sort, string documents, string expected) => Assert.Equal(expected, Sorted(sort, documents.Split(' ')));

    [Fact]
    public void Key_IsCutTo512Bytes()
    {
        var keys = new SortKeys(Order("a"));
        string text = new('x', 600);
        Assert.Equal(512, KeyOf(keys, $$"""{"a":"{{text}}1"}""").Length);
        Assert.Equal(KeyOf(keys, $$"""{"a":"{{text}}1"}"""), KeyOf(keys, $$"""{"a":"{{text}}2"}"""));
    }

    [Fact]
    public void Key_OfAFact_Orders()
    {
        var keys = new SortKeys(Order("-$version,$id,$modified"));
        byte[] key = KeyOf(keys, "{}");
        Assert.Equal(0xFF - 0x05, key[0]);
        Assert.Contains("users/ann", Encoding.UTF8.GetString(key), StringComparison.Ordinal);
        Assert.EndsWith("2026-11-27T10:30:00.0000000Z\0\u0001", Encoding.UTF8.GetString(key), StringComparison.Ordinal);
    }

    [Fact]
    public void Order_OfRandomValues_IsThatOfTheSlowComparer()
    {
        var rising = new SortKeys(Order("a,b"));
        var falling = new SortKeys(Order("-a,b"));
        Gen.Select(AnyJson.Value, AnyJson.Value, AnyJson.Scalar, AnyJson.Scalar).Sample(iter: 20_000, threads: 1, assert: (a1, a2, b1, b2) =>
        {
            string one = $$"""{"a":{{a1}},"b":{{b1}}}""";
            string other = $$"""{"a":{{a2}},"b":{{b2}}}""";
            int second = SlowOrder.Compare(b1, b2);
            int least = Extreme(a1, a2, -1);
            int greatest = -Extreme(a1, a2, 1);
            Assert.Equal(Math.Sign(least != 0 ? least : second), Math.Sign(KeyOf(rising, one).AsSpan().SequenceCompareTo(KeyOf(rising, other))));
            Assert.Equal(Math.Sign(greatest != 0 ? greatest : second), Math.Sign(KeyOf(falling, one).AsSpan().SequenceCompareTo(KeyOf(falling, other))));
        });
    }

    /// <summary>Compares by the least (-1) or greatest (1) element; null stands for an array without one.</summary>
    private static int Extreme(string one, string other, int side)
    {
        string? left = Pick(one, side);
        string? right = Pick(other, side);
        return left is null || right is null ? (left is not null).CompareTo(right is not null) : SlowOrder.Compare(left, right);
    }

    private static string? Pick(string json, int side)
    {
        using var document = JsonDocument.Parse(json);
        string[] candidates = document.RootElement.ValueKind == JsonValueKind.Array
            ? [.. document.RootElement.EnumerateArray().Select(element => element.GetRawText())]
            : [json];
        return candidates.Length == 0 ? null : candidates.Aggregate((best, next) => SlowOrder.Compare(next, best) * side > 0 ? next : best);
    }

    [Theory]
    [InlineData("", "/0")]
    [InlineData("a,", "/1")]
    [InlineData("a,-a", "/1")]
    [InlineData("--$x", "")]
    [InlineData("$nope", "/0")]
    public void Faults_OfTheShortForm_ArePointedAt(string text, string at)
    {
        if (at.Length == 0)
        {
            Assert.Equal("-$x", Order(text).Fields[0].Path.Text); // a member may begin with a minus
            return;
        }

        Assert.False(SortOrder.TryParse(text, out _, out QueryFault? fault));
        Assert.Equal(("invalid-sort", at), (fault.Kind, fault.At));
    }

    [Theory]
    [InlineData("""["-age",{"path":"-x,y","descending":true},{"path":"b"}]""", null)]
    [InlineData("[]", "")]
    [InlineData("""{"a":1}""", "")]
    [InlineData("""["a",5]""", "/1")]
    [InlineData("""[{"path":"a","up":true}]""", "/0/up")]
    [InlineData("""[{"path":"a","descending":1}]""", "/0/descending")]
    [InlineData("""[{"descending":true}]""", "/0")]
    [InlineData("""["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"]""", "/16")]
    public void Json_IsTheLongForm(string json, string? at)
    {
        bool parsed = SortOrder.TryParse(Json.Bytes(json), out SortOrder? order, out QueryFault? fault);
        Assert.Equal(at, fault?.At);
        Assert.Equal(at is null, parsed);
        if (parsed)
        {
            Assert.Equal(["age:True", "-x,y:True", "b:False"], order!.Fields.Select(field => $"{field.Path}:{field.IsDescending}"));
        }
    }
}
