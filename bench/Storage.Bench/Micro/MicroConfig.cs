using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace DocService.Storage.Bench.Micro;

/// <summary>Runs in this process: a project that BenchmarkDotNet generates would take the solution's settings for its own.</summary>
internal sealed class MicroConfig : ManualConfig
{
    /// <param name="isShort">Three short iterations: whether it runs, not how fast.</param>
    public MicroConfig(bool isShort)
    {
        AddJob((isShort ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddExporter(MarkdownExporter.GitHub);
        AddLogger(ConsoleLogger.Default);
    }
}
