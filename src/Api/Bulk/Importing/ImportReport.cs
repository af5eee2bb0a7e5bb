using System.Buffers;
using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing;

/// <summary>What has become of the lines of an import so far.</summary>
/// <remarks>Owns: the list of refused lines, charged to the budget. Thread: one at a time.</remarks>
internal sealed class ImportReport(ByteBudget budget, DurabilityLevel asked) : IDisposable
{
    /// <summary>Refused lines that are named, as long as there is memory for it; more are only counted.</summary>
    public const int NamedMax = 100_000;

    private readonly AnswerBuffer _refused = new(budget);
    private readonly ArrayBufferWriter<byte> _one = new();
    private bool _isNaming = true;

    public CommitsDone Commits { get; } = new(asked);

    /// <summary>How it stands; the counts are what it has come to.</summary>
    public ImportState State { get; set; }

    /// <summary>Whose fate is certain: all lines up to this number.</summary>
    public long LinesDone { get; set; }

    public long Created { get; private set; }

    public long Replaced { get; private set; }

    public long Skipped { get; set; }

    /// <summary>Documents among the created and replaced ones that an earlier request with the same key had written.</summary>
    public long Replayed { get; private set; }

    public long Refused { get; private set; }

    public void Note(CommitResult result)
    {
        Commits.Note(result);
        foreach (WriteResult one in result.Results)
        {
            Created += one.Status == WriteStatus.Created ? 1 : 0;
            Replaced += one.Status == WriteStatus.Replaced ? 1 : 0;
        }

        Replayed += result.Replayed?.Results.Count ?? 0;
    }

    public void Refuse(long line, string? id, Problem problem)
    {
        Refused++;
        if (!_isNaming || Refused > NamedMax)
        {
            return;
        }

        _one.ResetWrittenCount();
        if (_refused.Length > 0)
        {
            _one.Write(","u8);
        }

        using (var writer = new Utf8JsonWriter(_one, EntryWriter.Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", line);
            if (id is not null)
            {
                writer.WriteString("id", id);
            }

            writer.WriteString("reason", problem.Type.Slug);
            writer.WriteString("detail", problem.Detail);
            writer.WriteEndObject();
        }

        try
        {
            _one.WrittenSpan.CopyTo(_refused.GetSpan(_one.WrittenCount));
            _refused.Advance(_one.WrittenCount);
        }
        catch (StoreBusyException)
        {
            _isNaming = false;
        }
    }

    /// <summary>The whole answer.</summary>
    public async Task AnswerAsync(HttpResponse response)
    {
        Commits.WriteFields(response);
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, EntryWriter.Options))
        {
            writer.WriteStartObject();
            WriteCounts(writer);
            writer.WritePropertyName("refusals");
        }

        await response.BodyWriter.WriteAsync("["u8.ToArray());
        await _refused.SendAsync(response);
        await response.BodyWriter.WriteAsync("]}"u8.ToArray());
    }

    /// <summary>As members of an object.</summary>
    public void WriteCounts(Utf8JsonWriter writer)
    {
        foreach ((string name, object? value) in Counts())
        {
            writer.WriteNumber(name, (long)value!);
        }
    }

    /// <summary>A problem that ended it: the client has to know what is done.</summary>
    public Problem AddTo(Problem problem) => problem.Adding($"The lines up to number {LinesDone} are done, and stay so.") with
    {
        Extensions = [.. problem.Extensions, .. Counts()],
    };

    public void Dispose() => _refused.Dispose();

    private IEnumerable<KeyValuePair<string, object?>> Counts()
    {
        yield return new("lines", LinesDone);
        yield return new("created", Created);
        yield return new("replaced", Replaced);
        yield return new("skipped", Skipped);
        yield return new("refused", Refused);
        if (Replayed > 0)
        {
            yield return new("replayed", Replayed);
        }

        if (Commits.Sequence is { } sequence)
        {
            yield return new("sequence", sequence);
        }
    }
}
