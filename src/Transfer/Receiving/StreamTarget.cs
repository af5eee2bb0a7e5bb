namespace DocService.Transfer.Receiving;

/// <summary>The standard output, or any stream that takes nothing back. Whoever reads it finds by the last line whether it is whole.</summary>
internal sealed class StreamTarget(Stream stream) : IExportTarget
{
    private BufferedStream? _buffered;

    public bool IsFinal => _buffered is not null;

    public Stream Begin() => _buffered = new BufferedStream(stream, 1 << 16);

    public Task CompleteAsync(CancellationToken cancellation) => _buffered!.FlushAsync(cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
