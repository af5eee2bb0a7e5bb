using System.CommandLine;

namespace DocService.Api.Commands.Parts;

/// <summary>A command whose help ends with examples.</summary>
internal sealed class TaughtCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Lines as they are printed.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}
