namespace DocService.Api.Commands.Parts;

/// <summary>What a command's end tells a script.</summary>
internal static class ExitCode
{
    /// <summary>Everything asked about is as it should be.</summary>
    public const int Good = 0;

    /// <summary>It ran, and found what should not be: damage, a promise that cannot be kept, a violation.</summary>
    public const int Bad = 1;

    /// <summary>The command line is not understood.</summary>
    public const int Usage = 2;

    /// <summary>It could not run.</summary>
    public const int CannotRun = 3;
}
