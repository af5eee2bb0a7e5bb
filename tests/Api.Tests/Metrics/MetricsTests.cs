using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Metrics;

/// <summary>GET /metrics of a server in its own process: in this one, applications of other tests would be measured too.</summary>
public sealed class MetricsTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    [Fact]
    public async Task Get_Metrics_IsPrometheusTextWithEveryInstrument()
    {
        using ServerProcess server = await ServerProcess.StartAsync();
        await WriteAsync(server, 1);
        await WaitForAsync(server, "PUT", "201", 1); // the web server's own were gone after one answer
        RawResponse response = await RawConnection.AskAsync(server.Port, "GET", "/metrics");
        PrometheusText metrics = PrometheusText.Parse(response.Body);

        Assert.Equal(200, response.Status);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Field("Content-Type"));
        foreach ((string name, string kind) in new[]
        {
            ("docservice_journal_sync_duration_seconds", "histogram"), ("docservice_journal_group_size", "histogram"),
            ("docservice_journal_written_bytes_total", "counter"), ("docservice_journal_queue", "gauge"), ("docservice_journal_sync_running_seconds", "gauge"), ("docservice_disk_free_bytes", "gauge"), ("docservice_journal_used_bytes", "gauge"),
            ("docservice_pending", "gauge"), ("docservice_backlog", "gauge"), ("docservice_backlog_fill", "gauge"),
            ("docservice_cache_hits_total", "counter"), ("docservice_cache_misses_total", "counter"), ("docservice_cache_used_bytes", "gauge"),
            ("docservice_durable_through", "gauge"), ("docservice_filed_through", "gauge"),
            ("docservice_index_position", "gauge"), ("docservice_index_lag", "gauge"), ("docservice_index_lag_time_seconds", "gauge"),
            ("docservice_index_answering", "gauge"), ("docservice_index_build_done", "gauge"), ("docservice_index_build_total", "gauge"),
            ("docservice_requests_held", "gauge"), ("docservice_requests_replayed_total", "counter"), ("docservice_requests_reused_total", "counter"),
            ("docservice_scrub_read_bytes_total", "counter"), ("docservice_scrub_restored_total", "counter"), ("docservice_scrub_differences_total", "counter"), ("docservice_scrub_damaged", "gauge"),
            ("docservice_snapshots", "gauge"), ("docservice_snapshots_failed_total", "counter"),
            ("docservice_expiry_swept_total", "counter"), ("docservice_expiry_paused", "gauge"), ("docservice_expiry_wall_ahead_seconds", "gauge"),
            ("docservice_fenced", "gauge"), ("docservice_read_only", "gauge"), ("docservice_damaged", "gauge"),
            ("http_server_request_duration_seconds", "histogram"), ("http_server_active_requests", "gauge"),
            ("kestrel_active_connections", "gauge"),
        })
        {
            Assert.True(metrics.Kinds.TryGetValue(name, out string? found), name);
            Assert.Equal(kind, found);
        }

        Assert.Equal(0, metrics.Samples["docservice_fenced"]);
        Assert.Equal(0, metrics.Samples["docservice_read_only"]);
        Assert.Equal(0, metrics.Samples["docservice_damaged"]);
        Assert.InRange(metrics.Samples["docservice_backlog_fill"], 0, 1);
    }

    [Fact]
    public async Task Get_MetricsAfterWrites_HaveGrownByThem()
    {
        const int Writes = 25;
        using ServerProcess server = await ServerProcess.StartAsync();
        await server.UntilLoggedAsync("The index has every document"); // a query waits for that, but not as long as a busy machine takes
        await WriteAsync(server, 1);
        PrometheusText before = await ReadAsync(server);
        long last = await WriteAsync(server, Writes);
        (await RawConnection.AskAsync(server.Port, "GET", "/docs/absent")).AssertProblem(404, "not-found");
        Assert.Equal(200, (await RawConnection.AskAsync(server.Port, "GET", "/docs?limit=1000")).Status);
        PrometheusText after = await ReadAsync(server);

        double Growth(string name) => after.Sum(name) - before.Sum(name);
        Assert.Equal(Writes, Growth("docservice_journal_group_size_sum")); // every commit is counted once, however they were grouped
        Assert.InRange(Growth("docservice_journal_group_size_count"), 1, Writes);
        Assert.True(Growth("docservice_journal_sync_duration_seconds_count") >= Growth("docservice_journal_group_size_count"));
        Assert.True(Growth("docservice_journal_sync_duration_seconds_sum") > 0);
        Assert.True(Growth("docservice_journal_written_bytes_total") >= 4096);
        Assert.Equal(last, after.Samples["docservice_durable_through"]);
        Assert.InRange(after.Samples["docservice_filed_through"], before.Samples["docservice_filed_through"], last);

        Assert.Equal(1, Growth("docservice_query_duration_seconds_count"));
        Assert.True(Growth("docservice_query_examined_total") >= Writes);
        await WaitForAsync(server, "PUT", "201", Writes + 1);
        await WaitForAsync(server, "GET", "404", 1);
    }

    [Fact]
    public async Task Head_Metrics_HasNoBody()
    {
        using RawConnection connection = await RawConnection.OpenAsync(shared.Application.Port);
        await connection.SendAsync("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        string answer = await connection.ReceiveHeaderAsync();
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.True(await connection.IsClosedByServerAsync());
    }

    /// <summary>A request is counted when it has ended, which may be a moment after its answer has come. Round trips are the pace of waiting.</summary>
    private static async Task WaitForAsync(ServerProcess server, string method, string status, int count)
    {
        double found = 0;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (found < count && !patience.IsCancellationRequested)
        {
            PrometheusText metrics = await ReadAsync(server);
            found = metrics.Samples
                .Where(sample => sample.Key.StartsWith("http_server_request_duration_seconds_count{", StringComparison.Ordinal)
                    && sample.Key.Contains($"http_request_method=\"{method}\"", StringComparison.Ordinal)
                    && sample.Key.Contains($"http_response_status_code=\"{status}\"", StringComparison.Ordinal))
                .Sum(sample => sample.Value);
        }

        Assert.Equal(count, found);
    }

    private static async Task<PrometheusText> ReadAsync(ServerProcess server) =>
        PrometheusText.Parse((await RawConnection.AskAsync(server.Port, "GET", "/metrics")).Body);

    /// <summary>Writes new documents; returns the last one's sequence.</summary>
    private static async Task<long> WriteAsync(ServerProcess server, int count)
    {
        string level = string.Empty;
        for (int index = 0; index < count; index++)
        {
            RawResponse put = await RawConnection.AskAsync(server.Port, "PUT", "/docs/" + TestApplication.NewId(), "1");
            Assert.Equal(201, put.Status);
            level = put.Field("Durability")!;
        }

        return long.Parse(level.Split("seq=")[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
