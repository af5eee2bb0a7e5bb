using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;
using DocService.Storage.Rules;

namespace DocService.Api.Access;

/// <summary>Judges requests for documents that they name, before any of these is looked for: a refusal says nothing about what is there.</summary>
internal static class DocumentAccess
{
    public static Problem? JudgeRead(HttpContext context, DocumentKey key) => Judge(Caller.Of(context), Right.Read, key, "this document");

    /// <summary>What a write would learn about the document needs the right to read it.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="key">What it writes.</param>
    /// <param name="conditions">All but <c>*</c> tell of the document's version.</param>
    /// <param name="alsoReads">It is answered by the document itself, or changes what is there.</param>
    public static Problem? JudgeWrite(HttpContext context, DocumentKey key, Conditions conditions, bool alsoReads = false)
    {
        Caller caller = Caller.Of(context);
        return Judge(caller, Right.Write, key, "this document")
            ?? (alsoReads ? Judge(caller, Right.Read, key, "this document, which is part of the answer or of the change") : null)
            ?? (TellOfVersion(conditions) ? Judge(caller, Right.Read, key, "this document, whose version a condition other than '*' asks about") : null);
    }

    /// <summary>A batch with one operation that the caller may not carry out is refused whole.</summary>
    public static Problem? JudgeBatch(HttpContext context, IReadOnlyList<DocumentOperation> operations)
    {
        Caller caller = Caller.Of(context);
        foreach ((int index, DocumentOperation operation) in operations.Index())
        {
            string what = $"the document of operation {index}";
            bool reads = operation is CheckOperation or PatchOperation || TellOfVersion(operation.Conditions);
            Problem? problem = (operation is CheckOperation ? null : Judge(caller, Right.Write, operation.Key, what))
                ?? (reads ? Judge(caller, Right.Read, operation.Key, what) : null);
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    /// <summary>Whether an answer may tell of the document as it is.</summary>
    public static bool MayTell(HttpContext context, DocumentKey key) => Caller.Of(context).May(Right.Read, key.Id);

    private static Problem? Judge(Caller caller, Right right, DocumentKey key, string what) => AccessProblems.Unless(caller, right, key.Id, what);

    private static bool TellOfVersion(Conditions conditions) =>
        conditions.IfMatch is { IsAny: false } || conditions.IfNoneMatch is { IsAny: false } || conditions.IfUnmodifiedSince is not null;
}
