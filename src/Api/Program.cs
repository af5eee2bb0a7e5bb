using System.Reflection;
using DocService.Api;
using DocService.Api.Commands;

// A test's WebApplicationFactory, or the tool that writes the API's description, runs this entry point inside of its own
// process, with arguments that are its settings. There is no command line then, and a start that fails must throw.
bool isOwnProcess = Assembly.GetEntryAssembly() == typeof(Program).Assembly;
if (isOwnProcess)
{
    return await DocServiceCommand.RunAsync(args);
}

await Server.RunInsideAsync(args);
return ExitCode.Good;
