namespace DocService.Proof.Server;

/// <summary>How the server is started.</summary>
/// <param name="Command">Program and first arguments; those of the test follow.</param>
public sealed record ServerProgram(IReadOnlyList<string> Command)
{
    /// <summary>This very executable, as it was started itself; under another command where one is given.</summary>
    /// <param name="under">Words put before it, for example of strace; null: none.</param>
    public static ServerProgram Same(string? under)
    {
        string process = Environment.ProcessPath ?? throw new PlatformNotSupportedException("The path of this program is not known.");
        string[] own = Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, System.Reflection.Assembly.GetEntryAssembly()!.Location] : [process];
        return new ServerProgram([.. (under ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries), .. own]);
    }
}
