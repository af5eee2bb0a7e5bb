namespace DocService.Contract.Tests.Engines;

/// <summary>What stores the documents behind a server: its settings, its data, and what it can.</summary>
/// <remarks>Owns: the data, gone when disposed; a server that is started again finds them. Made once for all tests that share a server.</remarks>
public interface IEngineUnderTest : IDisposable
{
    /// <summary>Why there can be none on this machine; null where there can. Its tests are skipped then.</summary>
    string? Lacking { get; }

    /// <summary>The levels that a write may ask for, the weakest first.</summary>
    IReadOnlyList<string> Levels { get; }

    /// <summary>Whole keys and values that make a server use this engine and its data.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }
}
