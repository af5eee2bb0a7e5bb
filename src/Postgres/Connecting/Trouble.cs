using Npgsql;

namespace DocService.Postgres.Connecting;

/// <summary>What an exception of the database means.</summary>
internal static class Trouble
{
    private static readonly string[] Corruption = [PostgresErrorCodes.DataCorrupted, PostgresErrorCodes.IndexCorrupted];

    /// <summary>
    /// Reported for the state that the server is in at present: nothing of the statement was done, and the same may work in a moment.
    /// A connection that is lost counts too; there, whether a commit was done is another question.
    /// </summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        PostgresException { SqlState: var state } => state is
            PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.ObjectNotInPrerequisiteState
            or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.OutOfMemory
            or "57P05" or "25P03" // the server has ended an idle session, or a transaction that was left alone
            || state.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException => true,
        _ => false,
    };

    /// <summary>The server has carried out nothing: it says so itself, and goes on. A session that ends (FATAL) may have committed before.</summary>
    public static bool IsRefusal(Exception exception) => exception is PostgresException { InvariantSeverity: "ERROR" };

    /// <summary>The server cannot read what it has stored.</summary>
    public static bool IsCorruption(Exception exception) => exception is PostgresException refused && Corruption.Contains(refused.SqlState);

    /// <summary>For one request of which nothing was done.</summary>
    public static StoreException ToFailure(Exception exception) => exception switch
    {
        StoreException failure => failure,
        OutOfMemoryException => new StoreBusyException("There was no memory for the write. Nothing of it was done.", exception),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => new OutOfSpaceException("There is no room on the database's disk.", exception),
        _ when IsPassing(exception) => new StoreBusyException("The database does not take this request for now. GET /status tells operators why.", exception),
        _ => new StorageFaultException($"The database refuses a request: {Describe(exception)}", exception),
    };

    /// <summary>In one line, for operators.</summary>
    public static string Describe(Exception exception)
    {
        string text = exception switch
        {
            PostgresException refused => $"{refused.MessageText} (SQLSTATE {refused.SqlState})",
            NpgsqlException { InnerException: { } inner } lost => $"{lost.Message} {inner.Message}",
            _ => exception.Message,
        };
        return text.ReplaceLineEndings(" ").Trim();
    }
}
