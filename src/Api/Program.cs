using DocService.Api;
using DocService.Api.Configuration;
using DocService.Storage;

try
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddDocService();
    WebApplication app = builder.Build();
    app.UseDocService();
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (exception is ConfigurationError or StoreException or PlatformNotSupportedException
    or InvalidDataException // a configuration file that is not JSON
    or IOException) // an address in use
{
    Console.Error.WriteLine($"docservice: {exception.Message}");
    return 1;
}
