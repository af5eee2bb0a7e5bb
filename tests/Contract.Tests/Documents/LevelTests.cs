using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>A write asks for one of the engine's levels, and its answer names the level that was reached.</summary>
public abstract class LevelTests(SharedServer shared)
{
    [Fact]
    public async Task Put_EachLevelOfTheEngine_IsReachedAndNamed()
    {
        foreach (string level in shared.Engine.Levels)
        {
            using HttpResponseMessage put = await shared.Server.PutAsync(Requests.NewId(), "1", ("Durability", level));

            Assert.Equal(level == "buffered" ? HttpStatusCode.Accepted : HttpStatusCode.Created, put.StatusCode);
            Assert.Matches($"^{level};seq=[1-9][0-9]*$", put.Field("Durability"));
        }
    }

    [Fact]
    public async Task Put_LevelThatThereIsNot_IsRefusedAndWritesNothing()
    {
        string id = Requests.NewId();
        using HttpResponseMessage put = await shared.Server.PutAsync(id, "1", ("Durability", "engraved"));
        using HttpResponseMessage get = await shared.Server.SendAsync("GET", "/docs/" + id);

        Assert.Equal(HttpStatusCode.BadRequest, put.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
    }
}
