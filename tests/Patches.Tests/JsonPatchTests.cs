namespace DocService.Patches.Tests;

public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b","value": 2 }]""", """{"a":1,"b":2}""")]
    [InlineData("""{ "a" : 1 }""", """[{"op":"add","path":"/a~1b~0","value":[ ]}]""", """{ "a" : 1,"a/b~":[ ] }""")]
    [InlineData("[ 1, 2 ]", """[{"op":"add","path":"/0","value":0},{"op":"add","path":"/-","value":3}]""", "[ 0,1, 2,3 ]")]
    [InlineData("[1, 2, 3]", """[{"op":"remove","path":"/1"}]""", "[1, 3]")]
    [InlineData("[1, 2, 3]", """[{"op":"remove","path":"/0"}]""", "[ 2, 3]")]
    [InlineData("""{"a": 1.0, "b":2 , "c":3}""", """[{"op":"remove","path":"/b"}]""", """{"a": 1.0 , "c":3}""")]
    [InlineData("""{"a":[1,{"b":2}]}""", """[{"op":"move","from":"/a/1/b","path":"/a/0"},{"op":"copy","from":"/a","path":"/c"}]""", """{"a":[2,1,{}],"c":[2,1,{}]}""")]
    [InlineData("""{"a":1}""", """[{"op":"move","from":"/a","path":"/a"}]""", """{"a":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"","value":null}]""", "null")]
    [InlineData(" 5 ", """[{"op":"test","path":"","value":5.0},{"op":"add","path":"","value":"x"}]""", " \"x\" ")]
    [InlineData("""{"a":1e400}""", """[{"op":"test","path":"/a","value":10e399}]""", """{"a":1e400}""")]
    [InlineData("""{"a":1e99999999999999}""", """[{"op":"test","path":"/a","value":10e99999999999998}]""", """{"a":1e99999999999999}""")]
    [InlineData("""{"a":{"x":1,"y":[null]}}""", """[{"op":"test","path":"/a","value":{"y":[null],"\u0078":1.0}}]""", """{"a":{"x":1,"y":[null]}}""")]
    [InlineData("""{"\u0061":1}""", """[{"op":"replace","path":"/a","value":2}]""", """{"\u0061":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/\"\n","value":2}]""", """{"a":1,"\"\n":2}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/😀é","value":2}]""", """{"a":1,"😀é":2}""")]
    [InlineData("""{"a":1}""", "[]", """{"a":1}""")]
    [InlineData("[[1],[2]]", """[{"op":"move","from":"/0","path":"/1/0"}]""", "NotApplicable")]
    [InlineData("[[1],[2]]", """[{"op":"move","from":"/0","path":"/0/0"}]""", "NotApplicable")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":"1"}]""", "TestFailed")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/b","value":1}]""", "TestFailed")]
    [InlineData("""{"a":{"x":1}}""", """[{"op":"test","path":"/a","value":{"x":1,"y":2}}]""", "TestFailed")]
    [InlineData("[1]", """[{"op":"test","path":"/-","value":1}]""", "TestFailed")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":"/b"}]""", "NotApplicable")]
    [InlineData("""{"a":1}""", """[{"op":"remove","path":""}]""", "NotApplicable")]
    [InlineData("""{"a":1}""", """[{"op":"replace","path":"/b","value":1}]""", "NotApplicable")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a/b","value":1}]""", "NotApplicable")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/b/c","value":1}]""", "NotApplicable")]
    [InlineData("[1]", """[{"op":"remove","path":"/-"}]""", "NotApplicable")]
    [InlineData("[1]", """[{"op":"add","path":"/2","value":1}]""", "NotApplicable")]
    [InlineData("[1]", """[{"op":"add","path":"/01","value":1}]""", "NotApplicable")]
    [InlineData("[1]", """[{"op":"add","path":"/99999999999","value":1}]""", "NotApplicable")]
    public void Apply_Operations_ChangeNothingElse(string document, string patch, string expected)
    {
        (string? text, PatchFault? fault) = Patching.Json(document, patch);
        Assert.Equal(expected, text ?? fault!.Kind.ToString());
    }

    [Theory]
    [InlineData("""{"op":"add"}""", "array of operations")]
    [InlineData("[1]", "must be an object")]
    [InlineData("""[{"path":"/a"}]""", "'op' is missing")]
    [InlineData("""[{"op":"spam","path":"/a"}]""", "'op' must be one of")]
    [InlineData("""[{"op":1,"path":"/a"}]""", "'op' must be one of")]
    [InlineData("""[{"op":"remove"}]""", "'path' is missing")]
    [InlineData("""[{"op":"remove","path":null}]""", "'path' must be a string")]
    [InlineData("""[{"op":"remove","path":"a"}]""", "begins with '/'")]
    [InlineData("""[{"op":"remove","path":"/~2"}]""", "followed by 0 or 1")]
    [InlineData("""[{"op":"remove","path":"/~"}]""", "followed by 0 or 1")]
    [InlineData("""[{"op":"add","path":"/a"}]""", "'value' is missing")]
    [InlineData("""[{"op":"move","path":"/a"}]""", "'from' is missing")]
    [InlineData("""[{"op":"move","from":"/a","path":"/a/b"}]""", "into itself")]
    public void TryParse_WhatIsNoPatch_SaysWhatIsWrong(string patch, string reason) => Assert.Contains(reason, Patching.Json("{}", patch).Fault!.Reason, StringComparison.Ordinal);

    /// <summary>Sent back whole in the detail and as the pointer, uncharged: 32 MiB for a patch of 16.</summary>
    [Fact]
    public void Path_OfManyBytes_IsRefusedOrShownInPart()
    {
        Assert.Contains("longer than 32768 bytes", Patching.Json("{}", $$"""[{"op":"remove","path":"/{{new string('a', 40_000)}}"}]""").Fault!.Reason, StringComparison.Ordinal);
        PatchFault fault = Patching.Json("{}", $$"""[{"op":"remove","path":"/{{new string('a', 30_000)}}"}]""").Fault!;
        Assert.Equal(PatchFaultKind.NotApplicable, fault.Kind);
        Assert.InRange(fault.Reason.Length, 1, 400);
    }

    /// <summary>The budget never had room for it, so "busy" would send the client round for ever.</summary>
    [Fact]
    public void Test_OfMoreThanTheBudgetHolds_IsTooLargeAndNotBusy()
    {
        PatchLimits limits = Patching.Limits with { BytesMax = 200_000, Budget = new ByteBudget(1_600_000) };
        string array = $"[{string.Join(',', Enumerable.Repeat("1", 75_000))}]";
        Assert.Equal(PatchFaultKind.TooLarge, Patching.Json(array, $$"""[{"op":"test","path":"","value":{{array.Replace("[1,", "[1.0,", StringComparison.Ordinal)}}}]""", limits).Fault!.Kind);
        Assert.Equal(PatchFaultKind.TestFailed, Patching.Json(array, """[{"op":"test","path":"","value":1}]""", limits).Fault!.Kind);
    }

    [Fact]
    public void TryParse_TooManyOperations_IsTooLarge() =>
        Assert.Equal(PatchFaultKind.TooLarge, Patching.Json("{}", $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"","value":{}}""", 1001))}]").Fault!.Kind);

    [Fact]
    public void Apply_ThirtyCopiesOfADocumentIntoItself_AreTooLargeAndTakeNoMemory()
    {
        string patch = $"[{string.Join(',', Enumerable.Range(0, 30).Select(number => $$"""{"op":"copy","from":"","path":"/c{{number}}"}"""))}]";
        PatchFault fault = Patching.Json("""{"a":"0123456789"}""", patch, Patching.Limits with { DepthMax = 128, Budget = new ByteBudget(1 << 20) }).Fault!;
        Assert.Equal(PatchFaultKind.TooLarge, fault.Kind);
        Assert.NotNull(fault.Operation);
    }

    [Fact]
    public void Apply_PastTheDeepestDocument_IsTooLarge()
    {
        string patch = $"[{string.Join(',', Enumerable.Range(1, 16).Select(depth => $$$"""{"op":"add","path":"{{{string.Concat(Enumerable.Repeat("/a", depth))}}}","value":{}}"""))}]";
        (string? text, PatchFault? fault) = Patching.Json("{}", patch);
        Assert.Null(text);
        Assert.Equal((PatchFaultKind.TooLarge, 15), (fault!.Kind, fault.Operation));
    }

    [Fact]
    public void Apply_ManyOperationsOnALargeDocument_AreRefusedBeforeTheyTakeMinutes()
    {
        PatchLimits limits = Patching.Limits with { BytesMax = 1 << 20 };
        string document = $$"""{"a":"{{new string('x', 1_000_000)}}","n":0}""";
        string patch = $"[{string.Join(',', Enumerable.Repeat("""{"op":"replace","path":"/n","value":1}""", 100))}]";
        Assert.Equal(PatchFaultKind.TooLarge, Patching.Json(document, patch, limits).Fault!.Kind);
        Assert.NotNull(Patching.Json(document, $"[{string.Join(',', Enumerable.Repeat("""{"op":"replace","path":"/n","value":1}""", 50))}]", limits).Text);
    }

    [Fact]
    public void Apply_FaultInALaterOperation_NamesItAndItsPath()
    {
        PatchFault fault = Patching.Json("""{"a":1}""", """[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]""").Fault!;
        Assert.Equal((1, "/a"), (fault.Operation, fault.Path));
    }
}
