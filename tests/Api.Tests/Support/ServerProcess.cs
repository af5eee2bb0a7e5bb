using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

using SystemProcess = System.Diagnostics.Process;

namespace DocService.Api.Tests.Support;

/// <summary>The built server as a process of its own, for what only a process has: connections, signals, an exit code and its two streams.</summary>
/// <remarks>
/// Owns: the process and the directory in which it runs, killed and removed when disposed. Every wait ends after two
/// minutes with an exception; one for a server that has ended, at once.
/// </remarks>
internal sealed class ServerProcess : IDisposable
{
    private const int StopSignal = 15; // SIGTERM
    private const string ListeningOn = "Now listening on: http://127.0.0.1:";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly IReadOnlyList<string> SmallJournal = [.. ApplicationSettings.SmallJournal.Select(pair => $"--DocService:{pair.Key}={pair.Value}")];
    private static readonly IReadOnlyList<string> Defaults = ["--DocService:DataDirectory=data", "--urls=http://127.0.0.1:0", .. SmallJournal];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("docservice-process-");
    private readonly SystemProcess _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly List<(string Text, TaskCompletionSource Logged)> _awaited = [];
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts it and does not wait.</summary>
    /// <param name="arguments">Beside a data directory of its own, a small journal and a free port; later ones win.</param>
    public ServerProcess(params string[] arguments)
        : this([.. Defaults, .. arguments], [])
    {
    }

    private ServerProcess(IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments.Prepend(typeof(Program).Assembly.Location))
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = new SystemProcess { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Exited += (_, _) =>
        {
            var ended = new InvalidOperationException("The server ended before it listened: " + Errors);
            _port.TrySetException(ended);
            lock (_output)
            {
                _awaited.ForEach(awaited => awaited.Logged.TrySetException(ended));
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    /// <summary>Where it runs, and what relative paths start from.</summary>
    public string DirectoryPath => _directory.FullName;

    public int ProcessId => _process.Id;

    /// <summary>Where it listens; known once <see cref="StartAsync"/> has returned.</summary>
    public int Port => _port.Task.IsCompletedSuccessfully ? _port.Task.Result : throw new InvalidOperationException("The server does not listen yet.");

    /// <summary>Starts it with these arguments and no others.</summary>
    public static ServerProcess Bare(params string[] arguments) => new(arguments, []);

    /// <summary>Starts a command with these arguments; a store that it makes or opens has a small journal.</summary>
    public static ServerProcess Command(params string[] arguments) =>
        new(arguments, ApplicationSettings.SmallJournal.ToDictionary(pair => "DocService__" + pair.Key, pair => pair.Value));

    /// <summary>Starts it with a small journal in its directory's "data", and everything else left to arguments and environment.</summary>
    public static ServerProcess Listening(Dictionary<string, string> environment, params string[] arguments) =>
        new(["--data", "data", .. SmallJournal, .. arguments], environment);

    /// <summary>Waits until it listens, wherever that is.</summary>
    public Task UntilListeningAsync() => UntilLoggedAsync("Now listening on: ");

    /// <summary>Waits until a line with this text has come.</summary>
    public async Task UntilLoggedAsync(string text)
    {
        var logged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            _awaited.Add((text, logged));
            if (_output.ToString().Contains(text, StringComparison.Ordinal))
            {
                logged.TrySetResult();
            }
        }

        await logged.Task.WaitAsync(Patience);
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<ServerProcess> StartAsync(params string[] arguments)
    {
        var server = new ServerProcess(arguments);
        try
        {
            await server._port.Task.WaitAsync(Patience);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Runs it until it ends by itself.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(params string[] arguments)
    {
        using var server = new ServerProcess(arguments);
        return (await server.ExitAsync(), server.Errors);
    }

    /// <summary>Sends the bytes on a new connection, once the server listens.</summary>
    public async Task<Socket> SendAsync(string request)
    {
        int port = await _port.Task.WaitAsync(Patience);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        await socket.SendAsync(Encoding.Latin1.GetBytes(request));
        return socket;
    }

    /// <summary>The answer to one request, up to the end of its body.</summary>
    public async Task<string> AskAsync(string request)
    {
        using Socket socket = await SendAsync(request);
        return await ReadAnswerAsync(socket);
    }

    /// <summary>Reads one answer with a Content-Length, or one that has no body.</summary>
    public static async Task<string> ReadAnswerAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var answer = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        while (!IsComplete(answer.ToString()))
        {
            int count = await socket.ReceiveAsync(buffer, timeout.Token);
            if (count == 0)
            {
                break;
            }

            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    /// <summary>Asks it to stop.</summary>
    public void Stop() => Assert.Equal(0, Kill(_process.Id, StopSignal));

    /// <summary>Waits for the end; all output has been taken then.</summary>
    public async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    /// <summary>Asks it to stop and waits for the end.</summary>
    public async Task<(int ExitCode, TimeSpan Duration)> TerminateAsync()
    {
        long before = Stopwatch.GetTimestamp();
        Stop();
        return (await ExitAsync(), Stopwatch.GetElapsedTime(before));
    }

    /// <summary>Ends it as a crash does: nothing more is written.</summary>
    public async Task CrashAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private static bool IsComplete(string answer)
    {
        int end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        const string Field = "Content-Length: ";
        int length = answer.IndexOf(Field, StringComparison.Ordinal);
        return length < 0 || length > end
            || answer.Length - end - 4 >= int.Parse(answer[(length + Field.Length)..].Split('\r')[0], CultureInfo.InvariantCulture);
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private static string Text(StringBuilder builder)
    {
        lock (builder)
        {
            return builder.ToString();
        }
    }

    private void Take(StringBuilder builder, string? line)
    {
        if (line is null)
        {
            return;
        }

        int at = line.IndexOf(ListeningOn, StringComparison.Ordinal);
        if (at >= 0)
        {
            _port.TrySetResult(int.Parse(string.Concat(line[(at + ListeningOn.Length)..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture)); // before whoever waits for the line asks for it
        }

        lock (builder)
        {
            builder.AppendLine(line);
            if (builder == _output)
            {
                _awaited.FindAll(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)).ForEach(awaited => awaited.Logged.TrySetResult());
            }
        }
    }
}
