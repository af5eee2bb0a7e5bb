using DocService.Storage.Engine.Checks;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;

namespace DocService.Storage.Maintenance;

/// <summary>Reads a whole data directory offline and says what in it is damaged. Changes nothing.</summary>
public static class StoreVerification
{
    /// <summary>Checks FORMAT, every journal record and every document file. Blocks while it reads all of them.</summary>
    /// <param name="dataDirectory">Absolute path.</param>
    /// <param name="witness">Compares what is read with a copy of its own; null: nobody does.</param>
    /// <exception cref="StoreConfigurationException">The directory does not exist or cannot be used.</exception>
    /// <exception cref="StoreInUseException">A server holds it.</exception>
    /// <exception cref="StoreFormatException">Not a data directory, or one of a later version.</exception>
    /// <exception cref="PlatformNotSupportedException">Not Linux on x64 or arm64.</exception>
    public static VerificationReport Run(string dataDirectory, IVerificationWitness? witness = null) => Run(PosixFileSystem.Create(), dataDirectory, witness);

    /// <summary>As the public one, on any filesystem.</summary>
    internal static VerificationReport Run(IFileSystem files, string dataDirectory, IVerificationWitness? witness = null)
    {
        try
        {
            using IDirectory data = files.TryOpenDirectory(dataDirectory)
                ?? throw new StoreConfigurationException($"The data directory {dataDirectory} does not exist.");
            return new Verification(data, witness).Run();
        }
        catch (FileSystemException exception)
        {
            throw new StoreConfigurationException($"The data directory {dataDirectory} cannot be verified: {exception.Message}", exception);
        }
    }
}
