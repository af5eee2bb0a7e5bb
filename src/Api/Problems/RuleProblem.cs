using System.Text;
using System.Text.Json;
using DocService.Api.Json;
using DocService.Collections;
using DocService.Patches;
using DocService.Schemas;
using DocService.Storage;
using DocService.Storage.Rules;

namespace DocService.Api.Problems;

/// <summary>What a rule's refusal means to a client.</summary>
internal static class RuleProblem
{
    /// <summary>Seconds; a build says how far it is, not how long it takes.</summary>
    private const int RetryAfter = 2;

    /// <summary>Of all documents of a batch together, beyond one for each.</summary>
    private const int BatchFaultsMax = 400;

    /// <summary>Characters of a path that is sent back; a longer one is named in part, in the detail.</summary>
    private const int PointerMax = 1000;

    /// <summary>Of a write of one document or definition.</summary>
    public static Problem Of(RuleViolation violation) => violation switch
    {
        UniqueViolation unique => new Problem(ProblemCatalogue.UniqueViolation, Detail(unique)).With(
            Member("collection", unique.Collection), Member("index", unique.Index), Member("value", unique.Value.Select(ValueOf)), Member("otherId", unique.OtherId)),
        SchemaViolation schema => new Problem(TypeOf(schema.Verdict.Outcome), schema.Reason).With(Member("collection", schema.Collection), Member("faults", FaultsOf(schema.Verdict))),
        TooManyKeysViolation many => new Problem(ProblemCatalogue.TooManyKeys, many.Reason).With(Member("collection", many.Collection), Member("index", many.Index)),
        InvalidExpiryViolation expiry => new Problem(ProblemCatalogue.InvalidExpiry, expiry.Reason).With(Member("collection", expiry.Collection), Member("field", expiry.Field)),
        IndexUnavailableViolation { IsFailed: true } => new Problem(ProblemCatalogue.IndexFailed, violation.Reason) { RetryAfterSeconds = RetryAfter },
        IndexUnavailableViolation building => new Problem(ProblemCatalogue.IndexBuilding, violation.Reason)
        {
            ForOperators = [Member("done", building.Done), Member("total", building.Total)], // of all documents of the store
            RetryAfterSeconds = RetryAfter,
        },
        DefinitionViolation definition => Of(definition),
        PatchFault patch => Of(patch, TypeOf(patch.Kind)),
        _ => ProblemCatalogue.Internal,
    };

    /// <summary>Of what is no patch, whatever the document.</summary>
    public static Problem OfPatch(PatchFault fault) =>
        Of(fault, fault.Kind == PatchFaultKind.TooLarge ? ProblemCatalogue.PayloadTooLarge : ProblemCatalogue.InvalidPatch);

    /// <summary>Of a batch: what is judged first counts, and each operation that fails by it is named.</summary>
    /// <param name="operations">Of the batch.</param>
    /// <param name="results">Theirs; some are refused.</param>
    /// <param name="redact">Leaves out what the client may not know.</param>
    public static Problem Of(IReadOnlyList<DocumentOperation> operations, IReadOnlyList<WriteResult> results, Func<RuleViolation, RuleViolation> redact)
    {
        (int Index, RuleViolation Violation)[] refused = [.. results.Index().Where(one => one.Item.Violation is not null).Select(one => (one.Index, redact(one.Item.Violation!)))];
        int rank = refused.Min(one => Rank(one.Violation, operations[one.Index]));
        refused = [.. refused.Where(one => Rank(one.Violation, operations[one.Index]) == rank)];
        Problem problem = Of(refused[0].Violation);
        int faultsLeft = BatchFaultsMax;
        object[] failures = [.. refused.Select(one => Failure(one.Index, operations[one.Index].Key.Id, one.Violation, ref faultsLeft))];
        return problem with
        {
            Detail = $"{ProblemCatalogue.Count(failures.Length, "operation")} of the batch {(failures.Length == 1 ? "is" : "are")} refused; nothing of it was done. The first: {problem.Detail}",
            Extensions = [Member("failures", failures)],
        };
    }

    /// <summary>Whether an operation is refused for its body alone, which is judged before the conditions of any.</summary>
    public static bool AreOfBodies(IReadOnlyList<DocumentOperation> operations, IReadOnlyList<WriteResult> results) =>
        results.Index().Any(one => one.Item.Violation is { } violation && Rank(violation, operations[one.Index]) == 0);

    /// <summary>What is wrong with a document by its schema.</summary>
    public static IEnumerable<object> FaultsOf(SchemaVerdict verdict) => verdict.Faults.Select(fault => new { instance = fault.Instance, schema = fault.Schema, detail = fault.Detail });

    /// <summary>The problem that a document has with its schema.</summary>
    public static ProblemType TypeOf(SchemaOutcome outcome) => outcome switch
    {
        SchemaOutcome.NumberOutOfRange => ProblemCatalogue.NumberOutOfRange,
        SchemaOutcome.TooCostly => ProblemCatalogue.SchemaTooCostly,
        _ => ProblemCatalogue.SchemaViolation,
    };

    private static object Failure(int index, string id, RuleViolation violation, ref int faultsLeft) => violation switch
    {
        SchemaViolation schema => SchemaFailure(index, id, schema, ref faultsLeft),
        UniqueViolation unique => new { index, id, detail = Detail(unique), collection = unique.Collection, uniqueIndex = unique.Index, value = unique.Value.Select(ValueOf), otherId = unique.OtherId },
        TooManyKeysViolation many => new { index, id, detail = many.Reason, collection = many.Collection, uniqueIndex = many.Index },
        InvalidExpiryViolation expiry => new { index, id, detail = expiry.Reason, collection = expiry.Collection, field = expiry.Field, type = ProblemCatalogue.InvalidExpiry.Slug },
        PatchFault patch => new { index, id, detail = patch.Reason, operation = patch.Operation, pointer = patch.Path is { Length: <= PointerMax } ? patch.Path : null, type = TypeOf(patch.Kind).Slug },
        _ => new { index, id, detail = violation.Reason },
    };

    /// <summary>Each operation has its first fault; the others as long as the answer stays short.</summary>
    private static object SchemaFailure(int index, string id, SchemaViolation schema, ref int faultsLeft)
    {
        int count = Math.Max(1, Math.Min(faultsLeft, schema.Verdict.Faults.Count));
        faultsLeft -= Math.Min(faultsLeft, count);
        return new { index, id, detail = schema.Reason, collection = schema.Collection, type = TypeOf(schema.Verdict.Outcome).Slug, faults = FaultsOf(schema.Verdict).Take(count) };
    }

    private static Problem Of(PatchFault fault, ProblemType type)
    {
        var members = new List<KeyValuePair<string, object?>>();
        if (fault.Operation is { } operation)
        {
            members.Add(Member("operation", operation));
        }

        if (fault.Path is { Length: <= PointerMax } pointer)
        {
            members.Add(Member("pointer", pointer));
        }

        return new Problem(type, fault.Reason) { Extensions = members };
    }

    private static ProblemType TypeOf(PatchFaultKind kind) => kind switch
    {
        PatchFaultKind.TestFailed => ProblemCatalogue.PatchTestFailed,
        PatchFaultKind.NotApplicable => ProblemCatalogue.PatchNotApplicable,
        _ => ProblemCatalogue.PayloadTooLarge,
    };

    private static Problem Of(DefinitionViolation violation) => violation.Kind switch
    {
        DefinitionViolationKind.Invalid => new Problem(ProblemCatalogue.InvalidCollection, violation.Reason).With(Member("pointer", violation.Fault!.At)),
        DefinitionViolationKind.PrefixFixed => new Problem(ProblemCatalogue.PrefixFixed, violation.Reason),
        DefinitionViolationKind.PrefixOverlap => new Problem(ProblemCatalogue.PrefixOverlap, violation.Reason),
        _ => new Problem(ProblemCatalogue.IndexFailed, violation.Reason),
    };

    /// <summary>http-api.md, "Order of judgement": the body alone, the server's state, what a patch makes, other documents.</summary>
    private static int Rank(RuleViolation violation, DocumentOperation operation) => violation switch
    {
        TooManyKeysViolation or SchemaViolation or InvalidExpiryViolation => operation is PatchOperation ? 2 : 0,
        IndexUnavailableViolation => 1,
        PatchFault => 2,
        _ => 3,
    };

    private static string Detail(UniqueViolation unique) =>
        $"In collection '{unique.Collection}' {(unique.OtherId is { } id ? $"document '{id}'" : "another document")} has the value {string.Join(", ", unique.Value.Select(Short))} of the unique index '{unique.Index}'.";

    private static string Short(string json) => Excerpt.Of(Encoding.UTF8.GetBytes(json));

    /// <summary>As it stands in the document; a long one is not sent back whole.</summary>
    private static object ValueOf(string text) =>
        text.Length <= 1000 ? JsonSerializer.Deserialize<JsonElement>(text) : Short(text);

    private static KeyValuePair<string, object?> Member(string name, object? value) => new(name, value);
}
