using System.Text;
using DocService.Patches.Operations;
using DocService.Patches.Text;

namespace DocService.Patches.Tests;

/// <summary>Applies patches to texts.</summary>
internal static class Patching
{
    /// <summary>With a budget of their own: tests run beside each other, and each looks whether all is given back.</summary>
    public static PatchLimits Limits => new(BytesMax: 64 * 1024, DepthMax: 16, OperationsMax: 1000, new ByteBudget(16 << 20));

    /// <summary>The document afterwards, or the fault.</summary>
    public static (string? Text, PatchFault? Fault) Json(string? document, string patch, PatchLimits? limits = null) =>
        JsonPatch.TryParse(Encoding.UTF8.GetBytes(patch), limits ?? Limits, out JsonPatch? parsed, out PatchFault? fault) ? Apply(document, parsed, limits) : (null, fault);

    public static (string? Text, PatchFault? Fault) Merge(string? document, string patch, PatchLimits? limits = null) =>
        Apply(document, new MergePatch(Encoding.UTF8.GetBytes(patch)), limits);

    public static (string? Text, PatchFault? Fault) Add(string? document, string path, string by, bool creates = false)
    {
        Assert.True(JsonPointer.TryParse(path, out JsonPointer? pointer, out _));
        return Apply(document, new Counter(pointer, Encoding.UTF8.GetBytes(by), creates), limits: null);
    }

    private static (string? Text, PatchFault? Fault) Apply(string? document, IPatchMethod method, PatchLimits? limits)
    {
        limits ??= Limits;
        long free = limits.Budget!.Free;
        (string? Text, PatchFault? Fault) result;
        using (var patch = new DocumentPatch(method, createsDocument: document is null, limits, new PatchRoom(long.MaxValue, taken: 0, limits)))
        {
            using StoredDocument? current = document is null ? null : Stored(document);
            var fault = (PatchFault?)patch.Apply(current, out DocumentContent content);
            result = fault is null ? (Encoding.UTF8.GetString(content.Body.Span), null) : (null, fault);
            Assert.True(fault is not null || content.Sha256 == Sha256Digest.Of(content.Body.Span));
        }

        Assert.Equal(free, limits.Budget.Free); // all is given back, whatever happened
        return result;
    }

    private static StoredDocument Stored(string document)
    {
        byte[] body = Encoding.UTF8.GetBytes(document);
        return new StoredDocument(new DocumentInfo { Version = 1, ContentType = "application/json", Created = default, Modified = default, Length = body.Length, Sha256 = Sha256Digest.Of(body) }, body);
    }
}
