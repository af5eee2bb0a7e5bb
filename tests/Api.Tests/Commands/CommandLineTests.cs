using DocService.Api.Commands;

namespace DocService.Api.Tests.Commands;

public sealed class CommandLineTests
{
    [Fact]
    public void Options_Known_AreRead()
    {
        var line = new CommandLine(["--data", "some/where/", "--kills", "7"], "--data", "--kills", "--cuts");

        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "some", "where"), line.Data());
        Assert.Equal(7, line.Number("--kills", 1, 10));
        Assert.Equal(3, line.Number("--cuts", 3, 10));
    }

    [Theory]
    [InlineData("--dta", "x")]
    [InlineData("--data")]
    [InlineData("--data", "x", "--data", "y")]
    [InlineData("x")]
    public void Options_NotUnderstood_AreRefused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => new CommandLine(arguments, "--data"));

    [Theory]
    [InlineData("-1")]
    [InlineData("11")]
    [InlineData("1e1")]
    [InlineData("")]
    [InlineData(" 1")]
    public void Number_OutOfRangeOrForm_IsRefused(string value)
    {
        var line = new CommandLine(["--kills", value], "--kills");
        Assert.Throws<UsageException>(() => line.Number("--kills", 1, 10));
    }

    [Fact]
    public void Data_Missing_IsRefused() =>
        Assert.Throws<UsageException>(() => new CommandLine([], "--data").Data());

    [Theory]
    [InlineData(true, "verify")]
    [InlineData(true, "nonsense")]
    [InlineData(false, "--salvage")]
    [InlineData(false, "--urls=http://localhost:1")]
    [InlineData(false)]
    public void Command_IsAskedForByAFirstArgumentWithoutADash(bool isAskedFor, params string[] arguments) =>
        Assert.Equal(isAskedFor, Command.IsAskedFor(arguments));
}
