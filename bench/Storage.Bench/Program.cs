using BenchmarkDotNet.Running;
using DocService.Storage.Bench.Burst;
using DocService.Storage.Bench.Engine;
using DocService.Storage.Bench.Index;
using DocService.Storage.Bench.Micro;
using DocService.Storage.Bench.Raw;
using DocService.Storage.Bench.Start;
using DocService.Storage.Bench.Support;
using DocService.Storage.Bench.Writes;

const string Usage = """
    usage: Storage.Bench <mode> [--option value]...
      raw     pwrite + fdatasync alone: the limit that a journal on this disk has
      engine  the store without HTTP: writers x batch x body
      burst   all-new documents for a while, beside the file protocol done per request
      index   the index by itself: CPU and bytes for each row written, and the reads that may pay for it
      writes  one rung of the ladder of writes, without DocService: bench/writes.sh runs them all
      start   start, memory and cost per request with few and with many documents
      micro   codecs and hot paths in BenchmarkDotNet; --short first, then its own arguments, for example --filter '*'
    bench/README.md names the options of each.
    """;

try
{
    switch (args)
    {
        case ["raw", .. var rest]:
            RawCommand.Run(new Arguments(rest));
            return 0;
        case ["engine", .. var rest]:
            await EngineCommand.RunAsync(new Arguments(rest));
            return 0;
        case ["burst", .. var rest]:
            await BurstCommand.RunAsync(new Arguments(rest));
            return 0;
        case ["index", .. var rest]:
            await IndexCommand.RunAsync(new Arguments(rest));
            return 0;
        case [WritesCommand.Name, .. var rest]:
            WritesCommand.Run(new Arguments(rest));
            return 0;
        case ["start", .. var rest]:
            await StartCommand.RunAsync(new Arguments(rest));
            return 0;
        case [OverfillCommand.Name, .. var rest]:
            await OverfillCommand.RunAsync(new Arguments(rest));
            return 0;
        case ["micro", .. var rest]:
            bool isShort = rest is ["--short", ..];
            BenchmarkSwitcher.FromAssembly(typeof(MicroConfig).Assembly).Run(isShort ? rest[1..] : rest, new MicroConfig(isShort));
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 1;
    }
}
catch (UsageException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
