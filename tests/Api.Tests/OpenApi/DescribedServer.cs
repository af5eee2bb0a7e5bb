using DocService.Api.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace DocService.Api.Tests.OpenApi;

/// <summary>The server in memory, over a data directory of its own that goes with it.</summary>
public sealed class DescribedServer : WebApplicationFactory<Program>
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("docservice-openapi-");

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("DocService:DataDirectory", _data.FullName);
        foreach ((string key, string value) in ApplicationSettings.SmallJournal)
        {
            builder.UseSetting("DocService:" + key, value);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && _data.Exists)
        {
            _data.Delete(recursive: true);
        }
    }
}
