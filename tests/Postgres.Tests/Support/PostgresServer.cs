using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DocService.Postgres.Tests.Support;

/// <summary>A PostgreSQL server of the tests' own, on loopback, in a scratch directory.</summary>
/// <remarks>Owns: the server and its directory, both gone when disposed. Root cannot run it, so it becomes the user <c>postgres</c> then.</remarks>
internal sealed class PostgresServer : IDisposable
{
    public const string Superuser = "tester";

    private static readonly string? Programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(directory => Path.Combine(directory, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private static readonly Lazy<PostgresServer> SharedServer = new(() => new PostgresServer("-c fsync=off"));
    private static int _databases;

    private readonly string _directory;
    private readonly string _settings;

    public PostgresServer(string settings)
    {
        _settings = settings;
        _directory = Directory.CreateTempSubdirectory("docservice-postgres-").FullName;
        Port = FreePort();
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", _directory);
        }

        Run(Path.Combine(Programs!, "initdb"), "-D", Data, "-A", "trust", "-U", Superuser, "--no-sync", "--locale=C", "--encoding=UTF8");
        Start();
    }

    /// <summary>A standby of it, which streams.</summary>
    public PostgresServer(PostgresServer primary, string settings)
    {
        ArgumentNullException.ThrowIfNull(primary);
        _settings = settings;
        _directory = Directory.CreateTempSubdirectory("docservice-postgres-").FullName;
        Port = FreePort();
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", "postgres", _directory);
        }

        Run(Path.Combine(Programs!, "pg_basebackup"), "-D", Data, "-R", "-X", "stream", "-c", "fast", "--no-sync", "-h", "127.0.0.1", "-p", $"{primary.Port}", "-U", Superuser);
        Start();
    }

    /// <summary>Why there can be none on this machine; null where there can.</summary>
    public static string? Lacking =>
        !OperatingSystem.IsLinux() || Programs is null ? "PostgreSQL is not installed (/usr/lib/postgresql)."
        : Environment.IsPrivilegedProcess && !File.ReadAllText("/etc/passwd").Contains("\npostgres:", StringComparison.Ordinal) ? "There is no user postgres, and root cannot run the server."
        : null;

    /// <summary>One for all tests that do not stop it. It does not sync, and ends with the process.</summary>
    public static PostgresServer Shared
    {
        get
        {
            if (!SharedServer.IsValueCreated)
            {
                AppDomain.CurrentDomain.ProcessExit += (_, _) => SharedServer.Value.Dispose();
            }

            return SharedServer.Value;
        }
    }

    public int Port { get; }

    private string Data => Path.Combine(_directory, "data");

    public string ConnectionString(string database, string user = Superuser) => $"Host=127.0.0.1;Port={Port};Database={database};Username={user}";

    /// <summary>A database of its own; returns how to connect to it.</summary>
    public string NewDatabase()
    {
        string name = $"d{Interlocked.Increment(ref _databases)}";
        Execute(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    public static PostgresOptions Options(string connection, double busySeconds = 10) => new() { ConnectionString = connection, BusyTimeout = TimeSpan.FromSeconds(busySeconds) };

    public static Task<PostgresStore> OpenAsync(string connection, TimeProvider? clock = null, double busySeconds = 10) =>
        PostgresStore.OpenAsync(Options(connection, busySeconds), clock ?? TimeProvider.System, NullLoggerFactory.Instance);

    public static object? Execute(string connection, string sql)
    {
        using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        using NpgsqlCommand command = source.CreateCommand(sql);
        return command.ExecuteScalar();
    }

    public void Start()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                Run(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-w", "-l", Path.Combine(_directory, "log"), "-o", $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= {_settings}", "start");
                return;
            }
            catch (InvalidOperationException) when (attempt < 20)
            {
                Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System).Wait(); // processes of a server that was killed hold its memory for a moment
            }
        }
    }

    /// <summary>As by kill -9: nothing is flushed, and sessions end without a word.</summary>
    public void Kill()
    {
        using Process server = Process.GetProcessById(int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), System.Globalization.CultureInfo.InvariantCulture));
        server.Kill();
        server.WaitForExit();
    }

    /// <summary>A standby becomes the primary, on a timeline of its own.</summary>
    public void Promote() => Run(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-w", "promote");

    public void Dispose()
    {
        Run(Path.Combine(Programs!, "pg_ctl"), "-D", Data, "-m", "immediate", "stop");
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string program, params string[] arguments)
    {
        string[] all = Environment.IsPrivilegedProcess && program != "chown" ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(all[0], all[1..]) { WorkingDirectory = "/" };
        start.RedirectStandardError = start.RedirectStandardOutput = false;
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
        }
    }
}

/// <summary>A test that needs a server; skipped, with the reason, where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresServer.Lacking;
}
