using System.Reflection;
using DocService.Api;
using DocService.Api.Commands;
using DocService.Api.Service;

// Of regular expressions that name no time of their own, those of libraries among them. Before the first of them is made: a
// schema or a document must not keep a core busy.
AppContext.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromMilliseconds(100));

// A test's WebApplicationFactory, or the tool that writes the API's description, runs this entry point inside of its own
// process, with arguments that are its settings. There is no command line then, and a start that fails must throw.
bool isOwnProcess = Assembly.GetEntryAssembly() == typeof(Program).Assembly;
if (isOwnProcess)
{
    FileModes.Apply(); // those of another process are its own
    return await DocServiceCommand.RunAsync(args);
}

await Server.RunInsideAsync(args);
return ExitCode.Good;
