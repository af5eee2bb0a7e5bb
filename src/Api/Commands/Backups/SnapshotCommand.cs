using System.CommandLine;
using System.Globalization;
using DocService.Api.Commands.Parts;
using DocService.Api.Snapshots;
using DocService.Storage;

namespace DocService.Api.Commands.Backups;

/// <summary><c>snapshot take|list|delete</c>: copies of a store as of one moment, beside a running server or of a stopped one's directory.</summary>
internal static class SnapshotCommand
{
    private static readonly Option<string?> Name = new("--name") { HelpName = "name", Description = $"What it is called: {SnapshotName.Rule}. Default: the time" };

    private static readonly Option<int?> Keep = CommandOptions.Number("--keep", "Afterwards delete all but so many of the newest. Default: none is deleted", null, 1, 1_000_000);

    private static readonly Argument<string> Which = new("name") { HelpName = "name", Description = "As 'snapshot list' shows it" };

    public static Command Create()
    {
        var take = new Command("take", "Take a snapshot; writes go on meanwhile") { Name, Keep };
        take.SetAction((line, cancellation) => WithStoreAsync(line, door => TakeAsync(door, line.GetValue(Name), line.GetValue(Keep), cancellation), cancellation));
        var list = new Command("list", "Print all snapshots, the oldest first");
        list.SetAction((line, cancellation) => WithStoreAsync(line, door => ListAsync(door, cancellation), cancellation));
        var delete = new Command("delete", "Delete a snapshot; the store is not touched") { Which };
        delete.SetAction((line, cancellation) => WithStoreAsync(line, door => DeleteAsync(door, line.GetRequiredValue(Which), cancellation), cancellation));
        return new TaughtCommand(
            "snapshot",
            "Take, list and delete copies of the store as of one moment; each is a data directory that can be started",
            "docservice snapshot take --url http://localhost:5080 --name before-upgrade --keep 7",
            "docservice snapshot list --data /srv/docs",
            "docservice snapshot delete before-upgrade --url http://localhost:5080")
        {
            SnapshotOptions.Data, SnapshotOptions.Url, SnapshotOptions.Key, take, list, delete,
        };
    }

    private static async Task<int> WithStoreAsync(ParseResult line, Func<ISnapshotDoor, Task<int>> run, CancellationToken cancellation)
    {
        await using ISnapshotDoor door = await SnapshotOptions.OpenAsync(line, cancellation);
        return await run(door);
    }

    private static async Task<int> TakeAsync(ISnapshotDoor door, string? name, int? keep, CancellationToken cancellation)
    {
        SnapshotFacts taken = await SnapshotOptions.TakeAsync(door, name, keep, cancellation);
        Console.WriteLine(taken.Path);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Snapshot '{taken.Name}' holds {taken.Documents:N0} documents as of commit {taken.Sequence}."));
        return ExitCode.Good;
    }

    private static async Task<int> ListAsync(ISnapshotDoor door, CancellationToken cancellation)
    {
        (IReadOnlyList<SnapshotFacts> snapshots, SnapshotProgress? taking) = await door.ListAsync(cancellation);
        foreach (SnapshotFacts one in snapshots)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{one.Name}  {one.Created:yyyy-MM-dd'T'HH:mm:ss'Z'}  commit {one.Sequence}  {one.Documents} documents  {one.Versions} versions  {one.Bytes} bytes  {one.Path}"));
        }

        if (taking is not null)
        {
            Console.Error.WriteLine($"'{taking.Name}' is being taken.");
        }

        return ExitCode.Good;
    }

    private static async Task<int> DeleteAsync(ISnapshotDoor door, string name, CancellationToken cancellation)
    {
        if (SnapshotName.IsValid(name) && await door.DeleteAsync(name, cancellation))
        {
            Console.Error.WriteLine($"Snapshot '{name}' is deleted.");
            return ExitCode.Good;
        }

        Console.Error.WriteLine($"docservice: There is no snapshot '{name}'.");
        return ExitCode.Bad;
    }
}
