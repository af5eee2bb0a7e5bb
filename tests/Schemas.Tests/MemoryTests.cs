using System.Text;
using DocService.Storage.Failures;
using DocService.Storage.Memory;

namespace DocService.Schemas.Tests;

/// <summary>What a judgement allocates is charged to the budget, about as much as it is, and given back.</summary>
public sealed class MemoryTests
{
    private const string Unique = """{"uniqueItems":true}""";

    /// <summary>What is allocated grows with the document: a quarter of the longest says it, in time on any machine.</summary>
    [Theory]
    [InlineData("integers", 4 << 20)]
    [InlineData("strings", 4 << 20)]
    [InlineData("objects", 1 << 20)]
    [InlineData("a pattern", 2 << 20)]
    [InlineData("a name for a pattern", 2 << 20)]
    [InlineData("names", 2 << 20)]
    public void Judge_TheWorstDocument_ChargesWhatItAllocates(string name, int bytes)
    {
        byte[] body = Encoding.UTF8.GetBytes(Document(name, bytes));
        Assert.InRange(body.Length, bytes / 10 * 8, bytes);
        DocumentSchema schema = Judging.Schema(SchemaOf(name));
        var budget = new ByteBudget(256 << 20);
        budget.Take(body.Length); // by whoever has received it
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(SchemaOutcome.Passed, schema.Judge(body, budget, DocumentSchema.WorkOf(body.Length)).Outcome);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(budget.Bytes - body.Length, budget.Free);

        long most = allocated / 3 * 2;
        var small = new ByteBudget(body.Length + 1 + most);
        small.Take(body.Length + 1); // another request has the one byte: who is alone may take more than there is
        Assert.True(IsRefused(schema, body, small), $"{allocated} bytes were allocated, and not {most} of them charged");
        Assert.Equal(most, small.Free);
    }

    /// <summary>A text that several keywords ask for is made once.</summary>
    [Fact]
    public void Judge_ManyPatternsOfALongString_MakesItOnce()
    {
        string patterns = string.Join(',', Enumerable.Range(1, 8).Select(number => $$"""{"pattern":"a{{{number}}}$"}"""));
        byte[] body = Encoding.UTF8.GetBytes($"\"{new string('a', 1 << 20)}\"");
        DocumentSchema schema = Judging.Schema($$"""{"allOf":[{{patterns}}]}""");
        schema.Judge("\"a\""u8.ToArray(), budget: null, DocumentSchema.WorkOf(body.Length)); // the expressions are built
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(SchemaOutcome.Passed, schema.Judge(body, budget: null, DocumentSchema.WorkOf(body.Length)).Outcome);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    /// <summary>A budget that could never hold it says that the document takes too much; trying again would not help.</summary>
    [Fact]
    public void Judge_MoreThanTheBudgetEverHas_IsTooCostly()
    {
        byte[] body = Encoding.UTF8.GetBytes(Array(200_000, number => $"{number}"));
        var budget = new ByteBudget(body.Length + (6 << 20));
        budget.Take(body.Length + 1);
        Assert.Equal(SchemaOutcome.TooCostly, Judging.Schema(Unique).Judge(body, budget, DocumentSchema.WorkOf(body.Length)).Outcome);
        Assert.Equal(SchemaOutcome.Passed, Judging.Schema("true").Judge(body, budget, DocumentSchema.WorkOf(body.Length)).Outcome);
    }

    [Theory]
    [InlineData(""" "a\u0062" """, 2)]
    [InlineData(""" "\ud83d\ude00x\n" """, 3)]
    [InlineData(""" "\\u\"é" """, 4)]
    [InlineData(""" "😀\ud83d\ude00\ud83d\ude00" """, 3)]
    public void Length_OfEscapes_CountsCharacters(string document, int length)
    {
        Assert.True(Judging.Passes($$"""{"minLength":{{length}},"maxLength":{{length}}}""", document));
        Assert.False(Judging.Passes($$"""{"maxLength":{{length - 1}}}""", document));
    }

    [Theory]
    [InlineData("""["ab","\u0061b"]""")]
    [InlineData("""[{"é\n":1},{"\u00e9\u000a":1.0}]""")]
    [InlineData("""["😀","\ud83d\ude00"]""")]
    public void UniqueItems_EqualButEscapedInOtherWays_AreEqual(string document) => Assert.False(Judging.Passes(Unique, document));

    private static string SchemaOf(string name) => name switch
    {
        "a pattern" => """{"pattern":"a$"}""",
        "a name for a pattern" => """{"patternProperties":{"a$":true}}""",
        "names" => """{"propertyNames":{"minLength":5}}""",
        _ => Unique,
    };

    private static string Document(string name, int bytes) => name switch
    {
        "integers" => Array((bytes - 2) / 9, number => $"{number + 10_000_000}"),
        "strings" => Array((bytes - 2) / 10, number => $"\"{number:D7}\""),
        "objects" => Array((bytes - 2) / 20, number => $"{{\"a\":{number + 10_000_000},\"\":0}}"),
        "a pattern" => $"\"{new string('a', bytes - 2)}\"",
        _ => $$"""{"{{new string('a', bytes - 6)}}":1}""",
    };

    private static string Array(int count, Func<int, string> element) => $"[{string.Join(',', Enumerable.Range(0, count).Select(element))}]";

    private static bool IsRefused(DocumentSchema schema, byte[] body, ByteBudget budget)
    {
        try
        {
            return schema.Judge(body, budget, DocumentSchema.WorkOf(body.Length)).Outcome == SchemaOutcome.TooCostly;
        }
        catch (StoreBusyException)
        {
            return true;
        }
    }
}
