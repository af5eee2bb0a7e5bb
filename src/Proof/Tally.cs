using System.Globalization;
using DocService.Proof.Clients;
using DocService.Proof.Ledgers;

namespace DocService.Proof;

/// <summary>The counts of one campaign.</summary>
internal sealed class Tally
{
    public int Crashes { get; set; }

    public int CrashesDuringStart { get; set; }

    public int Acknowledged { get; private set; }

    /// <summary>Those of them that must not be lost.</summary>
    public int Promised { get; private set; }

    public int Reads { get; private set; }

    public int Unknown { get; private set; }

    public int Refused { get; private set; }

    public int KeysRead { get; set; }

    /// <summary>How often the index was compared with the documents, by listing, by each declared index and by words.</summary>
    public int Listings { get; set; }

    /// <summary>Kept versions that were read after crashes.</summary>
    public int Versions { get; set; }

    /// <summary>What the reader of the feed was told.</summary>
    public int Changes { get; set; }

    /// <summary>How often it was told to begin again.</summary>
    public int Resets { get; set; }

    public int Hostile { get; set; }

    /// <summary>Requests with keys, and how often one of them was sent again and found carried out.</summary>
    public (int Requests, int Repeated, int Replayed) Keyed { get; private set; }

    public void Note(RetryingClients clients) => Keyed = (clients.Requests, clients.Repeated, clients.Replayed);

    public void Add(IReadOnlyList<Call> calls)
    {
        bool IsWrite(Call call) => call.Steps.Any(step => step.IsWrite);
        Acknowledged += calls.Count(call => IsWrite(call) && call.Outcome is Outcome.Acknowledged or Outcome.Buffered);
        Promised += calls.Count(call => IsWrite(call) && call.Outcome == Outcome.Acknowledged);
        Reads += calls.Count(call => !IsWrite(call) && call.Outcome == Outcome.Acknowledged);
        Unknown += calls.Count(call => IsWrite(call) && call.Outcome == Outcome.Unknown);
        Refused += calls.Count(call => IsWrite(call) && call.Outcome is Outcome.Refused or Outcome.ConditionFailed);
    }

    public string Describe(long operations) => string.Create(CultureInfo.InvariantCulture,
        $"{Crashes} ({CrashesDuringStart} of them during a start), {Acknowledged:N0} acknowledged writes checked, {Reads:N0} reads, {Refused:N0} refused, {Unknown:N0} unknown outcomes, {KeysRead:N0} documents read after crashes, the index compared {Listings:N0} times, {Versions:N0} kept versions read, {Changes:N0} changes followed with {Resets:N0} resets, {operations:N0} operations in linearizable histories, {Hostile:N0} hostile requests, {Keyed.Requests:N0} requests with keys counted once ({Keyed.Repeated:N0} sent again, {Keyed.Replayed:N0} of them found carried out)");
}
