using DocService.Api;
using DocService.Api.Commands;
using DocService.Storage;

bool isStarted = false;
try
{
    if (Command.IsAskedFor(args))
    {
        return await Command.RunAsync(args);
    }

    if (SalvageCommand.IsAskedFor(args))
    {
        return SalvageCommand.Run(args);
    }

    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddDocService();
    await using WebApplication app = builder.Build();
    app.UseDocService();
    app.Lifetime.ApplicationStarted.Register(() => isStarted = true);

    // Opened here and not by the host, which would log a refusal with a stack trace.
    app.Services.GetRequiredService<DocumentStore>();
    await app.RunAsync();
    return 0;
}
catch (Exception exception) when (!isStarted && StartRefusal.Explain(exception) is not null)
{
    Console.Error.WriteLine(StartRefusal.Explain(exception));
    return 1;
}
