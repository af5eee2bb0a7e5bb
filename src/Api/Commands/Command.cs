namespace DocService.Api.Commands;

/// <summary>The commands beside the server itself: the first argument names one, the server's own arguments begin with a dash.</summary>
internal static class Command
{
    public static bool IsAskedFor(string[] args) => args.Length > 0 && !args[0].StartsWith('-');

    /// <summary>Runs it; every refusal is one line on the error output.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return args[0] switch
            {
                "verify" => VerifyCommand.Run(args.AsSpan(1)),
                "doctor" => DoctorCommand.Run(args.AsSpan(1)),
                "crashtest" => await CrashTestCommand.RunAsync(args[1..]),
                _ => throw new UsageException($"'{args[0]}' is not a command."),
            };
        }
        catch (UsageException exception)
        {
            Console.Error.WriteLine($"docservice: {exception.Message}");
            Console.Error.WriteLine($"usage: {VerifyCommand.Usage}\n       {DoctorCommand.Usage}\n       {CrashTestCommand.Usage}");
            return ExitCode.Usage;
        }
        catch (Exception exception) when (StartRefusal.Explain(exception) is { } line)
        {
            Console.Error.WriteLine(line);
            return ExitCode.CannotRun;
        }
    }
}
