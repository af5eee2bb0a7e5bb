using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>Documents, one after the other, in an order that is the same each time.</summary>
/// <remarks>Thread: one at a time.</remarks>
internal interface ISource
{
    /// <summary>The next piece; null when there is none.</summary>
    /// <exception cref="SourceDamagedException">It cannot be read on.</exception>
    /// <exception cref="TransferException">It is not what it was taken for.</exception>
    ValueTask<Piece?> ReadAsync(CancellationToken cancellation);

    /// <summary>Where it stands, for what is said of damage.</summary>
    SourcePlace Place { get; }
}
