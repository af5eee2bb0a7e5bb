using DocService.Storage.Engine.Checks;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;

namespace DocService.Storage.Maintenance;

/// <summary>Measures what the disk below a directory can promise, in a scratch directory there that it removes again.</summary>
public static class DiskExamination
{
    /// <summary>Most rounds of each method.</summary>
    public const int RoundsMax = 10_000;

    /// <summary>Blocks for a few seconds at most. Writes about 1 MiB.</summary>
    /// <param name="directory">Absolute path of an existing directory; may be a data directory that no server holds.</param>
    /// <param name="rounds">Rounds of each method, 1 to <see cref="RoundsMax"/>.</param>
    /// <param name="clock">Measures.</param>
    /// <exception cref="StoreConfigurationException">The directory does not exist or cannot be used.</exception>
    /// <exception cref="StoreInUseException">A server holds it: measuring would disturb it.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public static DiskReport Run(string directory, int rounds, TimeProvider clock) => Run(PosixFileSystem.Create(), directory, rounds, clock);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static DiskReport Run(IFileSystem files, string directory, int rounds, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rounds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, RoundsMax);
        ArgumentNullException.ThrowIfNull(clock);
        try
        {
            using IDirectory data = files.TryOpenDirectory(directory)
                ?? throw new StoreConfigurationException($"The directory {directory} does not exist; make it first, it is the place to be measured.");
            return new DiskDoctor(data, rounds, clock).Run();
        }
        catch (FileSystemException exception)
        {
            throw new StoreConfigurationException($"The disk below {directory} cannot be measured: {exception.Message}", exception);
        }
    }
}
