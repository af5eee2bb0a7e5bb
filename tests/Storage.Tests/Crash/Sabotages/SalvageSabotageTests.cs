using DocService.Storage.Engine.Recovery;
using DocService.Storage.Tests.Engine;
using DocService.Storage.Tests.Engine.Recovery;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Crash;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Crash.Sabotages;

/// <summary>Salvage with each durability step left out: the evidence, or a document, must be missed in some state.</summary>
public sealed class SalvageSabotageTests
{
    private const int Seed = 20_260_209;
    private const int Budget = 16;

    /// <summary>Where nothing is left out every moment is looked at, so fewer states of each are enough.</summary>
    private const int BudgetOfNothing = 4;

    private const string Nothing = "nothing";

    private static readonly Dictionary<string, Func<SimulatedCall, bool>> Steps = new()
    {
        [Nothing] = _ => false,
        ["copies"] = call => call.Kind == CallKind.Sync && call.Path.Contains("/salvaged-", StringComparison.Ordinal),
        ["names of the copies"] = call => call.Kind == CallKind.SyncDirectory && call.Path.Contains("/salvaged-", StringComparison.Ordinal),
        ["directory of the copies"] = call => call is { Kind: CallKind.SyncDirectory, Path: SalvageTests.Data },
        ["documents"] = call => call.Kind == CallKind.Sync && call.Name.StartsWith(".tmp-", StringComparison.Ordinal),
        ["names of the documents"] = call => call.Kind == CallKind.SyncDirectory && call.Path.StartsWith($"{SalvageTests.Data}/docs/", StringComparison.Ordinal),
    };

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool> { { Nothing, false } };
            foreach (string step in Steps.Keys.Where(step => step != Nothing))
            {
                data.Add(step, false);
                data.Add(step, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Shows", "sabotage")]
    public async Task Salvage_WithoutOneSync_IsDetected(string step, bool isHidden)
    {
        SimulatedFileSystem disk = await SalvageTests.DiskWithUnfiledCommits();
        string segment = SalvageTests.DamageSecondGroup(disk);
        byte[] evidence = disk.Disk.Read(segment);
        _ = SabotageTests.Sabotage(disk, Steps[step], isHidden);
        CrashRecorder recorder = disk.StartRecording();
        StoreSalvage.Run(disk, SalvageTests.Options, TimeProvider.System);

        string? problem = null;
        foreach (CrashPoint point in recorder.Points().Reverse())
        {
            foreach (CrashState state in point.States(unchecked(Seed + point.Number), step == Nothing ? BudgetOfNothing : Budget))
            {
                problem ??= await FindAsync(state.Open(), System.IO.Path.GetFileName(segment), evidence) is { } found ? $"{state}: {found}" : null;
            }

            if (problem is not null)
            {
                break;
            }
        }

        Assert.True(step == Nothing == problem is null, problem ?? $"{step}: left out, and nothing was found");
    }

    private static async Task<string?> FindAsync(SimulatedFileSystem left, string segment, byte[] evidence)
    {
        if (!left.Disk.Tree().Where(path => path.EndsWith($"/{segment}", StringComparison.Ordinal)).Any(path => left.Disk.Read(path).AsSpan().SequenceEqual(evidence)))
        {
            return "the evidence is gone";
        }

        StoreSalvage.Run(left, SalvageTests.Options, TimeProvider.System);
        await using DocumentStore store = SalvageTests.Open(left);
        for (int number = 0; number < 5; number++)
        {
            try
            {
                if (await store.ReadAsync($"d{number}") is var body && body != (number == 1 ? null : $"{number}"))
                {
                    return $"d{number} is {body ?? "absent"}";
                }
            }
            catch (StoreException exception)
            {
                return $"d{number}: {exception.Message}";
            }
        }

        return null;
    }
}
