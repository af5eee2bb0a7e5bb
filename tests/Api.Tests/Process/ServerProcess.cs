using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Process;

/// <summary>The real program in its own process, with its own data directory and port; killed and removed when disposed.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const int StopSignal = 15; // SIGTERM

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("docservice-process-");
    private readonly System.Diagnostics.Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="arguments">Beside the data directory and a free port; later ones win.</param>
    public ServerProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string program = Path.Combine(AppContext.BaseDirectory, "DocService.Api.dll");
        foreach (string argument in (string[])[program, "--DocService:DataDirectory=data", "--urls=http://127.0.0.1:0", .. ApplicationSettings.SmallJournal.Select(pair => $"--DocService:{pair.Key}={pair.Value}"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _process = new System.Diagnostics.Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Take(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Take(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Text(_output);

    public string Errors => Text(_errors);

    public string DirectoryPath => _directory.FullName;

    /// <summary>Sends the bytes on a new connection, once the server listens.</summary>
    public async Task<Socket> SendAsync(string request)
    {
        int port = await _port.Task.WaitAsync(TimeSpan.FromSeconds(20));
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
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
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

    public void Stop() => Assert.Equal(0, Kill(_process.Id, StopSignal));

    /// <summary>Waits for the end; all output has been taken then.</summary>
    public async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
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
            || answer.Length - end - 4 >= int.Parse(answer[(length + Field.Length)..].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "kill")]
    [System.Runtime.InteropServices.DefaultDllImportSearchPaths(System.Runtime.InteropServices.DllImportSearchPath.SafeDirectories)]
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
        const string Listening = "Now listening on: http://127.0.0.1:";
        if (line is null)
        {
            return;
        }

        lock (builder)
        {
            builder.AppendLine(line);
        }

        int at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
        {
            _port.TrySetResult(int.Parse(line[(at + Listening.Length)..], System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}
