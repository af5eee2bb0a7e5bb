using System.Diagnostics;
using System.Globalization;

using SystemProcess = System.Diagnostics.Process;

namespace DocService.Api.Tests.Support;

/// <summary>The built server as a process of its own, for what only a process has: signals, an exit code and a standard error stream.</summary>
/// <remarks>Owns: the process, which is killed when disposed. Every wait ends after 30 s with an exception.</remarks>
internal sealed class ServerProcess : IDisposable
{
    private const string Listening = "Now listening on: ";

    private readonly SystemProcess _process;
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(30));

    private ServerProcess(SystemProcess process) => _process = process;

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>Runs it until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        using ServerProcess server = Launch(arguments);
        Task<string> output = server._process.StandardOutput.ReadToEndAsync(server._patience.Token);
        string error = await server._process.StandardError.ReadToEndAsync(server._patience.Token);
        await output;
        await server._process.WaitForExitAsync(server._patience.Token);
        return (server._process.ExitCode, error);
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        ServerProcess server = Launch(arguments);
        string? line;
        while ((line = await server._process.StandardOutput.ReadLineAsync(server._patience.Token)) is not null)
        {
            int at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at >= 0)
            {
                server.Port = new Uri(line[(at + Listening.Length)..]).Port;
                return server;
            }
        }

        server.Dispose();
        throw new InvalidOperationException("The server ended before it listened.");
    }

    /// <summary>Sends SIGTERM and waits for the end.</summary>
    public async Task<(int ExitCode, TimeSpan Duration)> TerminateAsync()
    {
        Task<string> output = _process.StandardOutput.ReadToEndAsync(_patience.Token);
        var watch = Stopwatch.StartNew();
        using (SystemProcess kill = SystemProcess.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync(_patience.Token);
        }

        await _process.WaitForExitAsync(_patience.Token);
        TimeSpan duration = watch.Elapsed;
        await output;
        return (_process.ExitCode, duration);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _patience.Dispose();
    }

    private static ServerProcess Launch(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(typeof(Program).Assembly.Location);
        start.ArgumentList.Add("--urls=http://127.0.0.1:0");
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new ServerProcess(SystemProcess.Start(start)!);
    }
}
