using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Health;

/// <summary>The store's log. A log that cannot be written, perhaps because it is on the same disk or memory has run out, must not stop the caller.</summary>
/// <remarks>Thread: any: the journal's, the filer's and a timer's too, which an exception would end.</remarks>
internal sealed class SafeLog(ILogger log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            log.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // What it would have said stands in /status too.
        }
    }
}
