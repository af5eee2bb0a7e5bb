namespace DocService.Patches.Tests;

public sealed class CounterTests
{
    [Theory]
    [InlineData("""{"n":1, "m": 2}""", "/n", "1", """{"n":2, "m": 2}""")]
    [InlineData("""{"n":0.1}""", "/n", "0.2", """{"n":0.3}""")]
    [InlineData("""{"n":9007199254740993}""", "/n", "1", """{"n":9007199254740994}""")]
    [InlineData("""{"n":99999999999999999999999999999999}""", "/n", "1", """{"n":100000000000000000000000000000000}""")]
    [InlineData("""{"n":1}""", "/n", "-1", """{"n":0}""")]
    [InlineData("""{"n":1e300}""", "/n", "-1e300", """{"n":0}""")]
    [InlineData("[1]", "/0", "2.50", "[3.5]")]
    [InlineData("5", "", "1", "6")]
    public void Apply_ToANumber_IsExact(string document, string path, string by, string expected) => Assert.Equal(expected, Patching.Add(document, path, by).Text);

    [Theory]
    [InlineData("""{"n":"1"}""", "/n", "1")]
    [InlineData("""{"m":1}""", "/n", "1")]
    [InlineData("""{"n":1e20000000}""", "/n", "1")]
    [InlineData("""{"n":1}""", "/n/m", "1")]
    [InlineData("[]", "/-", "1")]
    [InlineData("{}", "/n", "1e999", true)]
    public void Apply_ToWhatCannotBeAddedTo_IsRefused(string document, string path, string by, bool creates = false) =>
        Assert.Equal((PatchFaultKind.NotApplicable, path), (Patching.Add(document, path, by, creates).Fault!.Kind, Patching.Add(document, path, by, creates).Fault!.Path));

    [Theory]
    [InlineData("""{"m":1}""", "/n", """{"m":1,"n":5}""")]
    [InlineData(null, "/n", """{"n":5}""")]
    [InlineData(null, "", "5")]
    public void Apply_WithCreate_BeginsAtZero(string? document, string path, string expected) => Assert.Equal(expected, Patching.Add(document, path, "5", creates: true).Text);
}
