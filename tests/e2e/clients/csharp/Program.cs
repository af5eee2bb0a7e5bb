// Uses two generated C# clients against the server whose address is the argument.
// Prints a line for each check: "ok TEXT" or "FAIL TEXT".
using Clients;

await NSwagUse.RunAsync(args[0]);
await KiotaUse.RunAsync(args[0]);
