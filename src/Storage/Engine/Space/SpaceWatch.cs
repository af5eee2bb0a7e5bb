using DocService.Storage.Io;

namespace DocService.Storage.Engine.Space;

/// <summary>Looks once a second, while the store is read-only, whether there is room again.</summary>
/// <remarks>Owns: a timer. Thread: a timer callback at a time.</remarks>
internal sealed class SpaceWatch : IDisposable
{
    /// <summary>Below this much the next put would most likely be refused again, and the state would flicker.</summary>
    private const long FreeBytesMin = 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Backlog _backlog;
    private readonly StoreHealth _health;
    private readonly ITimer _timer;

    public SpaceWatch(Backlog backlog, StoreHealth health, TimeProvider clock)
    {
        _backlog = backlog;
        _health = health;
        _timer = clock.CreateTimer(static state => ((SpaceWatch)state!).Look(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        try
        {
            if (_health.State == StoreState.ReadOnly && _backlog.HasRoom(FreeBytesMin))
            {
                _health.MarkSpaceAvailable();
            }
        }
        catch (Exception exception) when (exception is FileSystemException or ObjectDisposedException)
        {
            // Not known to have room: the state stays. Disposed: the last callback may overtake closing.
        }
    }
}
