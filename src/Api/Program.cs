using DocService.Api;
using DocService.Api.Configuration;
using DocService.Storage;

try
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddDocService();
    WebApplication app = builder.Build();
    app.UseDocService();
    app.Services.GetRequiredService<DocumentStore>(); // opened before the host starts: a refusal is one line, not a stack trace
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (exception is ConfigurationError or StoreException or PlatformNotSupportedException)
{
    Console.Error.WriteLine($"docservice: {exception.Message}");
    return 1;
}
