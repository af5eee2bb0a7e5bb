using System.CommandLine;
using DocService.Api.Configuration;
using DocService.Storage;
using DocService.Storage.Maintenance;

namespace DocService.Api.Commands;

/// <summary><c>salvage</c>, and <c>--salvage</c> as it was called first: repairs a damaged journal offline, prints what was done, and ends.</summary>
internal static class SalvageCommand
{
    public static Command Create()
    {
        var command = new TaughtCommand(
            "salvage",
            "Repair a damaged journal of a stopped server offline, keep the evidence, and say what is lost",
            "docservice salvage --data /var/lib/docservice");
        ServeCommand.AddSettings(command);
        command.SetAction(line => Run(ServeCommand.SettingsOf(line)));
        return command;
    }

    public static int Run(string[] args)
    {
        StoreOptions options = OptionsLoading.Load(Server.CreateBuilder(args).Configuration).NeedFiles().ToStoreOptions();
        if (!Directory.Exists(options.DataDirectory))
        {
            // A misspelt path must not become an empty store of which all is well.
            throw new ConfigurationError($"There is no data directory {options.DataDirectory}.");
        }

        SalvageReport report = StoreSalvage.Run(options, TimeProvider.System);
        if (report.IsFormatRebuilt)
        {
            Console.WriteLine("FORMAT was damaged and has been written anew from the journal.");
        }

        if (report.AreVersionsUnknown)
        {
            Console.WriteLine("Whether versions of documents were kept is not known: there is no directory history. If there was one, it is lost.");
        }

        if (!report.WasDamaged)
        {
            Console.WriteLine(report.IsFormatRebuilt ? "The journal is whole." : "The journal is whole; nothing was changed.");
            return 0;
        }

        Console.WriteLine($"Salvaged: {report.CommitsApplied} intact commits filed. The damaged journal is kept in {report.Evidence}.");
        foreach (string line in report.Lost)
        {
            Console.WriteLine("Lost: " + line);
        }

        return 0;
    }
}
