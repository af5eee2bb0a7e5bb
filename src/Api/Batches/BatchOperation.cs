using System.Text.Json;
using DocService.Api.Json;
using DocService.Api.Problems;
using DocService.Patches;
using DocService.Patches.Operations;
using DocService.Patches.Text;
using DocService.Storage;

namespace DocService.Api.Batches;

/// <summary>One element of a batch's operations.</summary>
internal static class BatchOperation
{
    /// <summary>Null when parsed, else what is wrong. The reader is at the object's start, and is left at its end.</summary>
    public static Problem? TryParse(ReadOnlyMemory<byte> json, ref Utf8JsonReader reader, int index, BatchPatches patches, out DocumentOperation? operation)
    {
        operation = null;
        var members = new BatchMembers();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            BatchMember member = BatchMembers.Find(ref reader);
            if (member == BatchMember.None)
            {
                return Invalid(index, $"'{Excerpt.Of(reader.ValueSpan)}' is not a member of an operation. Known are {string.Join(", ", BatchMembers.Names)}.");
            }

            reader.Read();
            if (members.Take(member, json, ref reader) is { } wrong)
            {
                return Invalid(index, wrong);
            }
        }

        if (members.Id is not { } id)
        {
            return Invalid(index, "'id' is missing.");
        }

        if (!DocumentKey.TryCreate(id, out DocumentKey key, out InvalidId? error))
        {
            return ProblemCatalogue.BatchId(index, error);
        }

        if (members.FindMisplaced() is { } misplaced)
        {
            return Invalid(index, misplaced);
        }

        switch (members.Op)
        {
            case "put":
                operation = new PutOperation(key, BatchRequest.ToContent(members.Body!.Value), members.Conditions);
                return null;
            case "delete":
                operation = new DeleteOperation(key, members.Conditions);
                return null;
            case "check":
                operation = new CheckOperation(key, members.Conditions);
                return null;
            case "patch":
                return Patch(members, key, index, patches, out operation);
            default:
                return Add(members, key, index, patches, out operation);
        }
    }

    private static Problem? Patch(BatchMembers members, DocumentKey key, int index, BatchPatches patches, out DocumentOperation? operation)
    {
        operation = null;
        if (members.MergePatch is { } merge)
        {
            operation = patches.Make(key, new MergePatch(merge), createsDocument: members.Conditions.IfNoneMatch is { IsAny: true }, members.Conditions);
            return null;
        }

        if (!JsonPatch.TryParse(members.JsonPatch!.Value, patches.Limits, out JsonPatch? patch, out PatchFault? fault))
        {
            Problem problem = RuleProblem.OfPatch(fault);
            return problem with { Detail = $"Operation {index}: {problem.Detail}", Extensions = [.. problem.Extensions, new("index", index)] };
        }

        if (!patches.TryCount(patch.Count))
        {
            return new Problem(ProblemCatalogue.PayloadTooLarge, $"The JSON Patches of a batch have at most {ProblemCatalogue.Count(patches.Limits.OperationsMax, "operation")} together (MaxBatchOperations).");
        }

        operation = patches.Make(key, patch, createsDocument: false, members.Conditions);
        return null;
    }

    private static Problem? Add(BatchMembers members, DocumentKey key, int index, BatchPatches patches, out DocumentOperation? operation)
    {
        operation = null;
        if (!JsonPointer.TryParse(members.Path!, out JsonPointer? path, out string? reason))
        {
            return Invalid(index, $"'path': {reason}.");
        }

        operation = patches.Make(key, new Counter(path, members.By!.Value, members.Creates), members.Creates, members.Conditions);
        return null;
    }

    private static Problem Invalid(int index, string reason) => ProblemCatalogue.Invalid($"Operation {index}: {reason}");
}
