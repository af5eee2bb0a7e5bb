using DocService.Storage.Io;

namespace DocService.Storage.Engine.Backups;

/// <summary>What a failed call means to whoever makes a backup: nothing of it counts.</summary>
internal static class BackupFailures
{
    public static T Translate<T>(string what, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace)
        {
            throw new OutOfSpaceException($"{what} was cut short, and what there is of it does not count: {exception.Message}", exception);
        }
        catch (FileSystemException exception)
        {
            throw new StoreConfigurationException($"{what} was cut short, and what there is of it does not count: {exception.Message}", exception);
        }
    }
}
