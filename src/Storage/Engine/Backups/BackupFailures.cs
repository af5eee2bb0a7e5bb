using DocService.Storage.Io;

namespace DocService.Storage.Engine.Backups;

/// <summary>What a failed call means to whoever makes a backup: nothing of it counts.</summary>
internal static class BackupFailures
{
    /// <summary>Removes what is of no use any more. What cannot be removed now is by the next backup.</summary>
    public static void TryTidy(Action remove)
    {
        try
        {
            remove();
        }
        catch (FileSystemException)
        {
            // That something else went wrong is told already, or nothing did.
        }
    }

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
