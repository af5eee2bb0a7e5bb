using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>What was acknowledged is there when the server has been started again.</summary>
public abstract class RestartTests(SharedServer shared)
{
    [Fact]
    public async Task Restart_DocumentsVersionsAndDeletions_AreAsTheyWere()
    {
        (string kept, string deleted) = (Requests.NewId(), Requests.NewId());
        string tag = await shared.Server.StoreAsync(kept, "[1.0, 2]");
        await shared.Server.StoreAsync(deleted, "1");
        using HttpResponseMessage deletion = await shared.Server.SendAsync("DELETE", "/docs/" + deleted);

        await shared.RestartAsync();

        using HttpResponseMessage get = await shared.Server.SendAsync("GET", "/docs/" + kept);
        Assert.Equal("[1.0, 2]", await get.Content.ReadAsStringAsync());
        Assert.Equal(tag, get.Field("ETag"));
        using HttpResponseMessage gone = await shared.Server.SendAsync("GET", "/docs/" + deleted);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.NotEqual(tag, await shared.Server.StoreAsync(kept, "3"));
    }
}
