using System.Diagnostics;
using System.Globalization;

namespace DocService.Proof.Server;

/// <summary>The real server in a process of its own, on a free port of the loopback interface.</summary>
/// <remarks>Owns: the process; killed when disposed. Its output is appended to a file.</remarks>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: http://127.0.0.1:";

    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    /// <summary>Small limits: segments roll often, and a first start writes little.</summary>
    private static readonly string[] Arguments =
    [
        "--urls=http://127.0.0.1:0", "--DocService:SegmentBytes=262144", "--DocService:JournalBytes=2097152",
        "--DocService:MaxDocumentBytes=65536", "--DocService:MaxBatchBytes=131072", "--DocService:InFlightBytes=16777216",
        "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
    ];

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Lock _logGate = new();
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process, string logFile)
    {
        _process = process;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
    }

    public int Port => _port.Task.Result;

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <summary>Starts it and returns at once.</summary>
    public static ServerProcess Start(ServerProgram program, string dataDirectory, string logFile, IReadOnlyList<string>? settings = null)
    {
        var start = new ProcessStartInfo(program.Command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(logFile)!,
        };
        foreach (string argument in program.Command.Skip(1).Concat(Arguments).Append($"--DocService:DataDirectory={dataDirectory}").Concat(settings ?? []))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_TieredPGO"] = "0"; // it never lives long enough for its code to be worth optimising
        start.Environment["DOTNET_TC_CallCountingDelayMs"] = "10000";
        var server = new ServerProcess(new Process { StartInfo = start }, logFile);
        server._process.OutputDataReceived += (_, line) => server.Take(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Take(line.Data);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Returns once it serves.</summary>
    /// <exception cref="ViolationException">It ended or did not come: after a crash a server must start.</exception>
    public async Task ListenAsync(TimeProvider clock)
    {
        Task ended = _process.WaitForExitAsync();
        using var patience = new CancellationTokenSource(StartMax, clock);
        Task first = await Task.WhenAny(_port.Task, ended, Task.Delay(StartMax, clock, patience.Token));
        if (first != _port.Task)
        {
            throw new ViolationException($"the server did not start{(first == ended ? $" (exit code {_process.ExitCode})" : string.Empty)}: {LastLines()}");
        }

        await patience.CancelAsync();
    }

    /// <summary>SIGKILL, to it and all it started; returns when it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; false when it does not end in time or not with 0.</summary>
    public async Task<bool> StopAsync(TimeProvider clock)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), clock);
        Crashes.SystemCalls.Terminate(_process.Id);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return _process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        lock (_logGate)
        {
            _log.Dispose();
        }
    }

    private string LastLines()
    {
        lock (_logGate)
        {
            return string.Join(" | ", _lastLines);
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_logGate)
        {
            if (_log.BaseStream is null)
            {
                return; // a last line after the end
            }

            _log.WriteLine(line);
            _lastLines.Enqueue(line.Trim());
            if (_lastLines.Count > 6)
            {
                _lastLines.Dequeue();
            }
        }

        int at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
        {
            _port.TrySetResult(int.Parse(line.AsSpan(at + Listening.Length), CultureInfo.InvariantCulture));
        }
    }
}
