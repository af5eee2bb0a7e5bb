using DocService.Proof.Ledgers;
using DocService.Proof.Server;

namespace DocService.Proof.Crashes;

/// <summary>A way in which a server ends without being asked.</summary>
internal interface ICrash
{
    /// <summary>What it spares.</summary>
    CrashKind Kind { get; }

    /// <summary>Its name in reports, in the plural.</summary>
    string Name { get; }

    /// <summary>Ends the server; it is gone when this returns.</summary>
    Task StrikeAsync(ServerProcess server, Random random);

    /// <summary>Makes the data directory usable for the next start, once the clients have let go.</summary>
    Task RecoverAsync();
}
