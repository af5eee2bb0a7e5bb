namespace Clients;

/// <summary>One line for each check, which clients.sh counts.</summary>
internal static class Check
{
    public static void That(string text, bool holds, object? seen = null) =>
        Console.WriteLine(holds ? $"ok {text}" : $"FAIL {text}: {seen ?? "null"}");

    /// <summary>The exception of the type, or null and a line where another one or none is thrown.</summary>
    public static async Task<TException?> ThrowsAsync<TException>(Func<Task> action)
        where TException : Exception
    {
        try
        {
            await action();
            return null;
        }
        catch (TException exception)
        {
            return exception;
        }
    }
}
