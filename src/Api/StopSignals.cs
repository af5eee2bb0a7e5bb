using System.Runtime.InteropServices;

namespace DocService.Api;

/// <summary>Signals to stop that come before the host watches for them: opening the store may take seconds, and is not cut off.</summary>
/// <remarks>
/// Owns: the watch for signals, until disposed. Thread: made and disposed by one; signals come on any.
/// Invariant: a signal is lost neither before there is an application nor while the store is opened. A second one ends the
/// process while the store is opened, as without this: a disk that hangs must not keep it.
/// </remarks>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _watches;

    public StopSignals() =>
        _watches = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, Note))];

    /// <summary>Whether a stop was asked for.</summary>
    public bool IsAsked => _asked.IsCancellationRequested;

    /// <summary>A stop that was asked for, or will be, stops the application too.</summary>
    public void PassTo(IHostApplicationLifetime lifetime) => _asked.Token.Register(lifetime.StopApplication);

    public void Dispose()
    {
        foreach (PosixSignalRegistration watch in _watches)
        {
            watch.Dispose();
        }

        _asked.Dispose();
    }

    private void Note(PosixSignalContext signal)
    {
        signal.Cancel |= !IsAsked; // of a later one the host decides, if it watches by then
        _asked.Cancel();
    }
}
