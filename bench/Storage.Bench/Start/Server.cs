using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using DocService.Api.Json;
using DocService.Storage.Bench.Support;

namespace DocService.Storage.Bench.Start;

/// <summary>The real server in a process of its own, on a free port of the loopback interface.</summary>
/// <remarks>Owns: the process, killed when disposed, and a client to it.</remarks>
internal sealed class Server : IAsyncDisposable
{
    private const string Listening = "Now listening on: http://127.0.0.1:";
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopMax = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Server(Process process) => _process = process;

    public HttpClient Client { get; } = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>From the start of the process to the first answer that says it is ready.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    /// <summary>Most memory that the process has had so far, in MiB.</summary>
    public double PeakMebibytes =>
        long.Parse(
            File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))["VmHWM:".Length..^"kB".Length],
            CultureInfo.InvariantCulture) / 1024.0;

    /// <summary>Starts it on a data directory and returns when it is ready.</summary>
    /// <exception cref="UsageException">It did not become ready.</exception>
    public static async Task<Server> StartAsync(string dataDirectory)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(dataDirectory)!,
        };
        string[] arguments =
        [
            typeof(StrictJson).Assembly.Location, "--urls=http://127.0.0.1:0", $"--DocService:DataDirectory={dataDirectory}",
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var server = new Server(new Process { StartInfo = start });
        server._process.OutputDataReceived += (_, line) => server.Take(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Take(line.Data);
        long started = Stopwatch.GetTimestamp();
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            Task ended = server._process.WaitForExitAsync();
            if (await Task.WhenAny(server._port.Task, ended).WaitAsync(StartMax) == ended)
            {
                throw new UsageException($"The server on {dataDirectory} ended with exit code {server._process.ExitCode}.");
            }

            int port = await server._port.Task;
            server.Client.BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
            while (!await server.IsReadyAsync() && Stopwatch.GetElapsedTime(started) < StartMax)
            {
            }

            server.ReadyAfter = Stopwatch.GetElapsedTime(started);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until all documents are filed: a stop after that is a clean one.</summary>
    public async Task SettleAsync()
    {
        long started = Stopwatch.GetTimestamp();
        while (await PendingAsync() > 0 && Stopwatch.GetElapsedTime(started) < StartMax)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>SIGTERM; killed when it does not end in time.</summary>
    public async Task StopAsync()
    {
        using var terminate = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await terminate.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(StopMax);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Client.Dispose();
    }

    private async Task<long> PendingAsync()
    {
        using JsonDocument status = JsonDocument.Parse(await Client.GetStreamAsync(new Uri("/status", UriKind.Relative)));
        return status.RootElement.GetProperty("pendingDocuments").GetInt64();
    }

    private async Task<bool> IsReadyAsync()
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri("/healthz/ready", UriKind.Relative));
        return response.StatusCode == HttpStatusCode.OK;
    }

    private void Take(string? line)
    {
        int at = line?.IndexOf(Listening, StringComparison.Ordinal) ?? -1;
        if (at >= 0)
        {
            _port.TrySetResult(int.Parse(line.AsSpan(at + Listening.Length), CultureInfo.InvariantCulture));
        }
    }
}
