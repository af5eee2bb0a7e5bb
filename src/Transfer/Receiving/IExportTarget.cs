namespace DocService.Transfer.Receiving;

/// <summary>Where an export goes.</summary>
internal interface IExportTarget : IAsyncDisposable
{
    /// <summary>An export that was cut short cannot be taken back here.</summary>
    bool IsFinal { get; }

    /// <summary>Empties it: an export begins.</summary>
    Stream Begin();

    /// <summary>The export is whole.</summary>
    Task CompleteAsync(CancellationToken cancellation);
}
