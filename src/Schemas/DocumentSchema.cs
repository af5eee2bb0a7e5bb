using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Reading;

namespace DocService.Schemas;

/// <summary>A JSON Schema (draft 2020-12), ready to judge documents. Nothing is ever fetched for it.</summary>
/// <remarks>Immutable. Thread: any, several at a time.</remarks>
public sealed class DocumentSchema
{
    /// <summary>Units of work that any document may take, and for each of its bytes; a unit is 10 to 20 ns.</summary>
    private const long WorkLeast = 200_000;
    private const long WorkPerByte = 40;

    /// <summary>The most for one document: a second or two.</summary>
    private const long WorkMost = 100_000_000;

    /// <summary>Beyond what any document may nest.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 4096 };

    private readonly SchemaNode _root;

    internal DocumentSchema(SchemaNode root) => _root = root;

    /// <param name="schema">It may be disposed afterwards.</param>
    /// <param name="fault">What is wrong; null when nothing is.</param>
    /// <returns>Null after a fault.</returns>
    public static DocumentSchema? Parse(JsonElement schema, out SchemaFault? fault) => SchemaReader.Read(schema.Clone(), out fault);

    /// <summary>The work that a document of so many bytes may take.</summary>
    public static long WorkOf(long bytes) => Math.Min(WorkLeast + (bytes * WorkPerByte), WorkMost);

    /// <summary>Judges a document. The time is bounded by the work, whatever the schema.</summary>
    /// <param name="body">One valid JSON value without duplicate names.</param>
    /// <param name="budget">Charged while it judges; null: nothing.</param>
    /// <param name="workMax">At most <see cref="WorkOf"/>; with less, <see cref="SchemaOutcome.TooCostly"/> means that it is not done quickly.</param>
    /// <exception cref="StoreBusyException">The budget has no room for it.</exception>
    public SchemaVerdict Judge(ReadOnlyMemory<byte> body, ByteBudget? budget, long workMax)
    {
        if (NumberScan.FindOutOfRange(body.Span, out long tokens) is { } pointer)
        {
            return new SchemaVerdict(SchemaOutcome.NumberOutOfRange, [new DocumentFault(Evaluation.Shown(pointer), "", $"this one has more than {ExactDecimal.Digits} digits, or is too large or too small")]);
        }

        if (tokens * 2 > workMax)
        {
            return SchemaVerdict.TooCostly;
        }

        long bytes = tokens * ElementBytes.PerToken;
        budget?.Take(bytes);
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, Options);
            return Judge(document.RootElement, body, budget, bytes, workMax);
        }
        finally
        {
            budget?.Return(bytes);
        }
    }

    /// <summary>Most documents pass, so faults are looked for only afterwards.</summary>
    private SchemaVerdict Judge(JsonElement document, ReadOnlyMemory<byte> body, ByteBudget? budget, long held, long workMax)
    {
        using var quick = new Evaluation(workMax, explains: false) { IsQuick = workMax < WorkLeast, Memory = new JudgementMemory(body, budget, held) };
        bool passes = quick.Holds(_root, document, marks: null);
        quick.Dispose(); // what it held is free for the next one
        if (quick.IsTooCostly)
        {
            return SchemaVerdict.TooCostly;
        }

        if (passes)
        {
            return SchemaVerdict.Passed;
        }

        using var thorough = new Evaluation(workMax, explains: true) { IsQuick = quick.IsQuick, Memory = new JudgementMemory(body, budget, held) };
        thorough.Holds(_root, document, marks: null);
        if (thorough is { IsQuick: true, IsTooCostly: true })
        {
            return SchemaVerdict.TooCostly; // what is wrong is found elsewhere
        }

        return new SchemaVerdict(SchemaOutcome.Violated, thorough.Faults.Count > 0 ? thorough.Faults : [new DocumentFault("", "", "the document does not pass; where, would take too much work to say.")]);
    }

    private static class ElementBytes
    {
        /// <summary>A row of <see cref="JsonDocument"/> has 12 bytes, and its table grows by doubling.</summary>
        public const int PerToken = 16;
    }
}
