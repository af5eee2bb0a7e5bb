using DocService.Storage.Engine.Opening;
using DocService.Storage.Engine.Recovery;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Rules;
using DocService.Storage.Threading;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Maintenance;

/// <summary>Offline: files what is intact in a damaged journal, keeps the evidence, begins a new journal, and says what could not be read.</summary>
public static class StoreSalvage
{
    /// <summary>Does nothing to a journal that is whole. Blocks until all is filed.</summary>
    /// <param name="options">Where, and within which limits.</param>
    /// <param name="clock">For dates.</param>
    /// <exception cref="StoreException">As <see cref="DocumentStore.Open(StoreOptions, TimeProvider, ILoggerFactory, IReadOnlyList{IWriteRule}, IReadOnlyList{IFollower})"/>.</exception>
    public static SalvageReport Run(StoreOptions options, TimeProvider clock) => Run(PosixFileSystem.Create(), options, clock);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static SalvageReport Run(IFileSystem files, StoreOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        options = options.Validated();
        try
        {
            using DataDirectory directory = DataDirectory.OpenForRepair(files, options.DataDirectory, new SystemThreads(clock));
            return new Salvage(directory, options, clock).Run();
        }
        catch (FileSystemException exception)
        {
            throw new StoreConfigurationException($"The data directory {options.DataDirectory} cannot be salvaged: {exception.Message}", exception);
        }
    }
}
