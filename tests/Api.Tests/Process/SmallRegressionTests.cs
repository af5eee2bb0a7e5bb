using System.Text;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace DocService.Api.Tests.Process;

/// <summary>Small faults that were found by running the program, each once.</summary>
public sealed class SmallRegressionTests
{
    [Fact]
    public void ByteBudget_LargerThanAllAndNothingElse_IsLetThroughAlone()
    {
        var budget = new ByteBudget(100);

        Assert.True(budget.TryTake(150)); // stored when the budget was larger
        Assert.False(budget.TryTake(1));
        budget.Return(150);
        Assert.True(budget.TryTake(1));
        Assert.False(budget.TryTake(150));
        budget.Return(1);
        Assert.Equal(100, budget.Free);
    }

    [Theory]
    [InlineData("*/*+json")]
    [InlineData("application/*+json")]
    [InlineData("application/*")]
    [InlineData("*/json")]
    public void BodyFields_MediaRange_IsNoType(string type)
    {
        var context = new DefaultHttpContext();
        context.Request.ContentType = type;

        Assert.Equal(ProblemCatalogue.UnsupportedMediaType, BodyFields.Check(context.Request, 100, "MaxDocumentBytes")?.Type);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1,]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("[[[1]]]")]
    public void StrictJson_Refusal_SpeaksToClientsNotToProgrammers(string json)
    {
        JsonError? error = StrictJson.Check(Encoding.UTF8.GetBytes(json), depthMax: 2);

        Assert.NotNull(error);
        Assert.DoesNotContain("reader options", error.Reason, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("isFinalBlock", error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("configured", error.Reason, StringComparison.Ordinal);
    }
}
