using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>Looks once a second, while the store is read-only, whether there is room again.</summary>
/// <remarks>Owns: a timer. Thread: a timer callback at a time. A put that succeeds ends the state as well, and sooner.</remarks>
internal sealed class SpaceWatch : IDisposable
{
    /// <summary>Below this much the next put would most likely be refused again, and the state would flicker.</summary>
    private const long FreeBytesMin = 1024 * 1024;
    private const long FreeInodesMin = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IDirectory _directory;
    private readonly StoreHealth _health;
    private readonly ITimer _timer;

    public SpaceWatch(IDirectory directory, StoreHealth health, TimeProvider clock)
    {
        _directory = directory;
        _health = health;
        _timer = clock.CreateTimer(static state => ((SpaceWatch)state!).Look(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (_health.State != StoreState.ReadOnly)
        {
            return;
        }

        try
        {
            VolumeInfo volume = _directory.GetVolumeInfo();
            if (volume.FreeBytes >= FreeBytesMin && volume.FreeInodes >= FreeInodesMin)
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
