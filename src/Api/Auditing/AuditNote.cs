using DocService.Api.Keys;
using DocService.Storage;

namespace DocService.Api.Auditing;

/// <summary>What a request that writes more than the document of its path adds to its line of the audit log. There is none where no such log is kept.</summary>
internal sealed class AuditNote
{
    /// <summary>A line stays short; the number of all is told.</summary>
    private const int IdsMax = 100;

    /// <summary>The first documents, of a batch.</summary>
    public IReadOnlyList<string> Ids { get; private set; } = [];

    /// <summary>Documents that were written or deleted; null: the one of the path.</summary>
    public long? Documents { get; private set; }

    /// <summary>Whether the request has come so far that it could change something. Else whoever reaches the server could fill the disk with lines.</summary>
    public bool Counts { get; private set; }

    /// <summary>A middleware behind all that judges host, key, origin and rate. Without a key, where there are keys, only what is the same for everybody is beyond it.</summary>
    public static Task CountAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<AuditNote>() is { } note)
        {
            note.Counts = Caller.Of(context) != Caller.Nobody;
        }

        return next(context);
    }

    public static void Add(HttpContext context, IReadOnlyList<DocumentOperation> operations)
    {
        if (context.Features.Get<AuditNote>() is { } note)
        {
            note.Ids = [.. operations.Take(IdsMax).Select(static operation => operation.Key.Id)];
            note.Documents = operations.Count;
        }
    }

    public static void Add(HttpContext context, long documents)
    {
        if (context.Features.Get<AuditNote>() is { } note)
        {
            note.Documents = documents;
        }
    }
}
