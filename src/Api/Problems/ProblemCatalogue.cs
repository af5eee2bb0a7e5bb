using DocService.Api.Json;
using DocService.Storage;
using DocService.Storage.Requests;

namespace DocService.Api.Problems;

/// <summary>Every error this server answers, in one place; nothing else makes a <see cref="Problem"/>.</summary>
internal static class ProblemCatalogue
{
    public static readonly ProblemType NotFound = new("not-found", 404, "Not found", "There is no such document or resource. Nothing was done.");
    public static readonly ProblemType MethodNotAllowed = new("method-not-allowed", 405, "Method not allowed", "The resource does not take this method; the Allow header lists those that it takes.");
    public static readonly ProblemType InvalidRequest = new("invalid-request", 400, "Invalid request", "A header field or the request itself is malformed. Nothing was done.");
    public static readonly ProblemType UnknownParameter = new("unknown-parameter", 400, "Unknown parameter", "The query names a parameter that this resource does not know, so the request may mean something else than the server would do. Nothing was done.");
    public static readonly ProblemType InvalidParameter = new("invalid-parameter", 400, "Invalid parameter", "A parameter of the query has a value that it cannot have, is named twice, or does not go with another. 'parameter' names it, or 'pointer' where the query is in the body. Nothing was done.");
    public static readonly ProblemType InvalidFilter = new("invalid-filter", 400, "Invalid filter", "The filter cannot be understood. 'pointer' is a JSON Pointer to the fault: in a body from the body's root, of a parameter from the filter itself. Nothing was searched.");
    public static readonly ProblemType InvalidSort = new("invalid-sort", 400, "Invalid sort", "The sort cannot be understood; 'pointer' leads to the fault. Nothing was searched.");
    public static readonly ProblemType InvalidSelect = new("invalid-select", 400, "Invalid select", "The list of selected members cannot be understood; 'pointer' leads to the fault. Nothing was searched.");
    public static readonly ProblemType InvalidAggregate = new("invalid-aggregate", 400, "Invalid aggregate", "The aggregate cannot be understood; 'pointer' leads to the fault. Nothing was computed.");
    public static readonly ProblemType InvalidCursor = new("invalid-cursor", 400, "Invalid cursor", "The cursor is not one that this server has given for this query. Between pages only limit, include, count and explain may change. Nothing was searched.");
    public static readonly ProblemType CursorExpired = new("cursor-expired", 400, "Cursor expired", "The cursor comes from a version of the server that ordered documents otherwise. Ask for the first page again.");
    public static readonly ProblemType TooManyGroups = new("too-many-groups", 422, "Too many groups", "An aggregate has at most 10,000 groups, and keeps at most 64 MiB of keys and values. Narrow the filter, or group by less.");
    public static readonly ProblemType NoIndex = new("no-index", 501, "No index", "This needs the index, and the setting Index says off, or the engine's does not have it yet (Engine=postgres: the feed, waiting for a change, versions). Documents can be read by their ids.");
    public static readonly ProblemType IndexBuilding = new("index-building", 503, "Index building", "The index is being made from the documents. 'done' of 'total' documents have been read. Documents can be read and written meanwhile, but for a write that takes a value in a unique index, which cannot be judged. Nothing was done; try again after Retry-After.");
    public static readonly ProblemType QueryTimeout = new("query-timeout", 503, "Query timeout", "The query searched longer than it may (QueryTimeout, or ExportTimeout of an export). Narrow it by a prefix.");
    public static readonly ProblemType FeedReset = new("feed-reset", 410, "Feed reset", "The changes behind this position cannot be told: it is one of another store, or of this one before it was salvaged or restored, or deletes behind it are no longer known (TombstoneRetention). Forget the copy that was made from the feed, and begin again without 'since'.");
    public static readonly ProblemType Misdirected = new("misdirected-request", 421, "Misdirected request", "The server does not answer for the host that the request names. Listening on loopback it takes loopback names (localhost, *.localhost, 127.0.0.0/8, [::1]); the setting AllowedHosts names others. Or the target is one of https, and the connection is not secured. Nothing was done.");
    public static readonly ProblemType Unauthorized = new("unauthorized", 401, "Unauthorized", "The request needs an API key that is in force, as Authorization: Bearer, or a token of the provider where the server takes those. What was sent is none: missing, mistyped, revoked or expired. Nothing was done.");
    public static readonly ProblemType Forbidden = new("forbidden", 403, "Forbidden", "The API key or token does not have the right that this takes, whether or not there is what the request names. The detail tells the right, and what it is had for. Nothing was done.");
    public static readonly ProblemType TooManyRequests = new("too-many-requests", 429, "Too many requests", "One key, or one address without a key, has sent more requests than the server's settings let it, or has too many under way; or too many keys and tokens that open nothing have come from this address. Nothing was done; try again after Retry-After.");
    public static readonly ProblemType ProviderUnknown = new("provider-unknown", 503, "Provider unknown", "The token cannot be judged: the keys of the provider that makes tokens cannot be fetched. Nothing was done; try again after Retry-After.");
    public static readonly ProblemType CrossOrigin = new("cross-origin", 403, "Cross-origin", "A browser has sent the request for a page of another site that is not allowed, and it could change something or, while there are no API keys, tell what is there. Nothing was done.");
    public static readonly ProblemType KeysFull = new("keys-full", 409, "Keys full", "There are as many API keys as there may be. Revoke those that nobody uses: the list tells the day of each one's last use. Nothing was changed.");
    public static readonly ProblemType SnapshotConflict = new("snapshot-conflict", 409, "Snapshot conflict", "There is a snapshot of that name already, or the one that is to be deleted is in use, or has been started and is a store of its own by now. Nothing was done.");
    public static readonly ProblemType InvalidId = new("invalid-id", 400, "Invalid document id", "An id is 1 to 1,024 bytes of UTF-8 without control characters and without the path segments '.' and '..'; in a URL each byte may be percent-encoded.");
    public static readonly ProblemType InvalidCollection = new("invalid-collection", 400, "Invalid collection", "The name or the definition of a collection is not one that the server takes; 'pointer' (RFC 6901) says where in the definition. Nothing was changed.");
    public static readonly ProblemType PrefixFixed = new("prefix-fixed", 409, "Prefix fixed", "A collection keeps the prefix that it was made with. Delete the collection, which deletes no document, and make another. Nothing was changed.");
    public static readonly ProblemType PrefixOverlap = new("prefix-overlap", 409, "Prefix overlap", "Another collection's prefix begins with this one, or this one with that: an id belongs to one collection at most. Nothing was changed.");
    public static readonly ProblemType UniqueViolation = new("unique-violation", 409, "Unique violation", "Another document has this value in a unique index of its collection. 'index', 'value' and 'otherId' tell which; of a batch, 'failures' does so for every operation. The state that the whole batch would leave is judged, so two documents can swap their values in one batch. Nothing was written.");
    public static readonly ProblemType TooManyKeys = new("too-many-keys", 422, "Too many keys", "The document has more than 1,000 keys in a unique index of its collection: long arrays on its paths. Nothing was written.");
    public static readonly ProblemType CountDiffers = new("count-differs", 409, "Count differs", "The query finds another number of documents than 'confirm' says: 'count' as of the sequence 'asOf'. Nothing was deleted.");
    public static readonly ProblemType SchemaViolation = new("schema-violation", 422, "Schema violation", "The document is not as the schema of its collection says. 'faults' names the first 20: 'instance' is a JSON Pointer (RFC 6901) into the document, 'schema' one into the schema, to the keyword that does not hold; one that would be longer than 500 characters is null. Of a batch, 'failures' does so for every operation. Nothing was written.");
    public static readonly ProblemType NumberOutOfRange = new("number-out-of-range", 422, "Number out of range", "Schemas judge numbers exactly. A document in a collection with a schema holds no number that a decimal does not hold exactly: more than 28 digits, too large or too small. 'faults' tells where the first one is. Nothing was written.");
    public static readonly ProblemType SchemaTooCostly = new("schema-too-costly", 422, "Schema too costly", "To judge the document by the schema of its collection would take more work than a document of its size may, or the schemas nest too deeply: references that branch again and again, patterns that need backtracking, very large arrays of unique elements. Nothing was written.");
    public static readonly ProblemType InvalidExpiry = new("invalid-expiry", 422, "Invalid expiry", "In this collection a member of each document says when the document ends: 'field' is the path to it. It is a string with a moment as RFC 3339 writes it, such as \"2027-01-31T12:00:00Z\". Where it is missing or null, the document has no end; everything else is refused. Nothing was written.");
    public static readonly ProblemType VersionNotKept = new("version-not-kept", 404, "Version not kept", "There is no such version, or it is not kept: a collection with a 'history' keeps the last versions of each document that were written since it has one. What has been dropped beyond these, or erased, does not come back. Nothing was done.");
    public static readonly ProblemType InvalidPatch = new("invalid-patch", 400, "Invalid patch", "The body is no JSON Patch (RFC 6902): an array of operations, each with 'op', 'path', and 'value' or 'from'. 'operation' is the number of the one at fault, from 0. Nothing was written.");
    public static readonly ProblemType PatchTestFailed = new("patch-test-failed", 409, "Patch test failed", "A 'test' of the JSON Patch does not hold: the document is not as its author took it to be. 'operation' and 'pointer' tell which. Nothing was written.");
    public static readonly ProblemType PatchNotApplicable = new("patch-not-applicable", 422, "Patch not applicable", "The patch cannot be applied to the document as it is: a path leads to nothing, or to a value of another kind. 'operation' and 'pointer' tell where. Nothing was written.");
    public static readonly ProblemType IndexFailed = new("index-failed", 503, "Index failed", "The index has failed and is made anew as soon as that is possible; /status tells why. What needs it is not answered: a write that takes a value in a unique index is such a thing. Documents are served as ever. Nothing was done.");
    public static readonly ProblemType InvalidJson = new("invalid-json", 400, "Invalid JSON", "The body must be exactly one JSON value (RFC 8259): UTF-8 without a byte order mark, no duplicate names in an object, no lone surrogates, limited depth. 'line' counts from 1, 'bytePosition' from 0 within the line. Nothing was written.");
    public static readonly ProblemType DigestMismatch = new("digest-mismatch", 400, "Digest mismatch", "The body does not have the digest that Content-Digest or Repr-Digest states (RFC 9530): it was damaged on the way. Nothing was written.");
    public static readonly ProblemType PreconditionFailed = new("precondition-failed", 412, "Precondition failed", "An If-… condition does not hold (RFC 9110, section 13). 'currentETag' and 'currentDigest' describe the document as it is, or are null where there is none; of a batch, 'failures' does so for every operation whose conditions do not hold. Nothing was written.");
    public static readonly ProblemType PayloadTooLarge = new("payload-too-large", 413, "Payload too large", "The body, or what a patch would make of the document, is larger than the server takes. Nothing was written.");
    public static readonly ProblemType UnsupportedMediaType = new("unsupported-media-type", 415, "Unsupported media type", "Documents are sent as application/json or a type ending in +json, in UTF-8, without a content coding; patches as Accept-Patch says. Nothing was written.");
    public static readonly ProblemType RequestTimeout = new("request-timeout", 408, "Request timeout", "The request did not arrive completely in time. Nothing was done.");
    public static readonly ProblemType TargetTooLong = new("target-too-long", 414, "Target too long", "The request line is longer than the server takes, 8 KiB. Nothing was done.");
    public static readonly ProblemType VersionNotSupported = new("http-version-not-supported", 505, "HTTP version not supported", "The server speaks HTTP/1.0 and HTTP/1.1, and over TLS HTTP/2. Nothing was done.");
    public static readonly ProblemType HeadersTooLarge = new("headers-too-large", 431, "Header fields too large", "The request's header fields are larger than the server takes. Nothing was done.");
    public static readonly ProblemType DocumentCorrupt = new("document-corrupt", 500, "Document corrupt", "The document exists but its file cannot be read or fails its checksums. Other documents are not concerned. An unconditional PUT or DELETE succeeds and keeps the damaged file in the quarantine directory.");
    public static readonly ProblemType StorageFault = new("storage-fault", 500, "Storage fault", "The disk refused an operation whose effect is known to be nothing. Nothing was written.");
    public static readonly ProblemType InternalError = new("internal-error", 500, "Internal error", "Something went wrong that should not; the server's log has the details. A write may or may not have happened: read the document before repeating it.");
    public static readonly ProblemType Busy = new("busy", 503, "Busy", "The request waited as long as it may, or the memory for requests under way is used up. Nothing was done; try again after Retry-After.");
    public static readonly ProblemType ShuttingDown = new("shutting-down", 503, "Shutting down", "The server is stopping. Nothing was done; try again after Retry-After.");
    public static readonly ProblemType Fenced = new("fenced", 503, "Fenced", "A sync failed, so the server no longer knows what the disk keeps; or its database has gone back behind what was acknowledged. It takes no writes until it is restarted; reads of published data go on. Nothing of this request was done.");
    public static readonly ProblemType RequestInProgress = new("request-in-progress", 409, "Request in progress", "Another request with this Idempotency-Key is under way. Nothing of this one was done. Send it again after Retry-After: it gets the answer of the other, or is carried out if that one did nothing.");
    public static readonly ProblemType IdempotencyKeyReused = new("idempotency-key-reused", 422, "Idempotency key reused", "The Idempotency-Key belongs to another request, which was carried out: another method, target, Content-Type, condition or body. Nothing of this one was done. A new request needs a new key.");
    public static readonly ProblemType RequestsUnknown = new("requests-unknown", 503, "Requests unknown", "Remembered requests are damaged, and this Idempotency-Key is not among those that are left. So it cannot be known whether the request was carried out before. Nothing of this one was done. /status tells what is damaged; docs/requests.md tells how to go on.");
    public static readonly ProblemType OutcomeUnknown = new("outcome-unknown", 503, "Outcome unknown", "A sync failed, memory ran out, or the database was lost, while this write was under way: the write may or may not have happened. After a restart the document shows which. Do not repeat it blindly.");
    public static readonly ProblemType JournalDamaged = new("journal-damaged", 503, "Journal damaged", "Committed data cannot be read. Nothing is served until the journal is salvaged; /status names the damage.");
    public static readonly ProblemType EngineLacks = new("not-on-this-engine", 501, "Not on this engine", "The server keeps its documents in PostgreSQL (Engine=postgres), and that engine does not have this yet. Documents can be read, written and queried. Nothing was done.");
    public static readonly ProblemType LevelNotAvailable = new("level-not-available", 400, "Level not available", "The engine that keeps the documents does not have the level that the field Durability asks for; the detail names those that it has. Nothing was written.");
    public static readonly ProblemType OutOfSpace = new("out-of-space", 507, "Out of space", "There is no room on the disk. Nothing was written; deletes work, and the server takes writes again by itself once there is room.");

    public static IReadOnlyList<ProblemType> All { get; } =
    [
        SchemaViolation, NumberOutOfRange, SchemaTooCostly, InvalidExpiry, InvalidPatch, PatchTestFailed, PatchNotApplicable, InvalidCollection, PrefixFixed, PrefixOverlap, UniqueViolation, TooManyKeys, IndexFailed,
        Unauthorized, Forbidden, TooManyRequests, ProviderUnknown, CrossOrigin, KeysFull, SnapshotConflict, Misdirected, NotFound, VersionNotKept, MethodNotAllowed, InvalidRequest, UnknownParameter, InvalidId, InvalidJson, DigestMismatch, PreconditionFailed, PayloadTooLarge,
        InvalidParameter, InvalidFilter, InvalidSort, InvalidSelect, InvalidAggregate, InvalidCursor, CursorExpired, TooManyGroups, CountDiffers, NoIndex, IndexBuilding, QueryTimeout, FeedReset,
        UnsupportedMediaType, RequestTimeout, TargetTooLong, HeadersTooLarge, VersionNotSupported, DocumentCorrupt, StorageFault, InternalError, Busy, ShuttingDown,
        Fenced, OutcomeUnknown, JournalDamaged, OutOfSpace, EngineLacks, LevelNotAvailable, RequestInProgress, IdempotencyKeyReused, RequestsUnknown,
    ];

    public static Problem Invalid(string detail) => new(InvalidRequest, detail);

    public static Problem Id(InvalidId error) =>
        new Problem(InvalidId, $"{Sentence(error.Reason)} Byte {error.BytePosition} of the id is the first at fault.").With(Member("bytePosition", error.BytePosition));

    public static Problem BatchId(int index, InvalidId error) =>
        Id(error) with { Detail = $"Operation {index}: {error.Reason.TrimEnd('.')}. Byte {error.BytePosition} of the id is the first at fault." };

    /// <summary>Outside the documents; removing the segment, as many servers do, could lead anywhere.</summary>
    public static Problem DotSegment { get; } = new(InvalidId, "The path holds the segment '.' or '..'.");

    public static Problem Fragment { get; } = new(InvalidRequest, "The target holds '#', which no URI sent to a server does; in an id it is written %23.");

    public static Problem NoTarget { get; } = new(InvalidRequest, "The web server does not pass on the target as it was sent, so the server cannot tell which document is meant.");

    public static Problem NotTheDocumentsPath { get; } = new(NotFound, "Documents are under /docs/{id}, and their list is /docs, written exactly so.");

    public static Problem FaultyTarget { get; } =
        new(InvalidRequest, "The target cannot be read. It is a path, or a URI that begins with http:// in lower case; all of it is ASCII, and no part of the path is %00.");

    public static Problem FaultyAuthority { get; } =
        new(InvalidRequest, "Between '//' and the path the target holds a host, perhaps with a port, and nothing else (RFC 9110 section 4.2).");

    /// <summary>RFC 9110 section 7.4: what is asked of https is answered over a secured connection alone.</summary>
    public static Problem NotSecured { get; } = new(Misdirected, "The scheme of the target is https, and the connection is not secured.");

    public static Problem OtherHost(string host, bool isLoopbackOnly) => new(
        Misdirected,
        host.Length == 0 ? "The request names no host, and the setting AllowedHosts names those that the server answers for."
            : isLoopbackOnly ? $"The host '{host}' is no loopback name, and the server listens on loopback alone. The setting AllowedHosts names further hosts."
            : $"The host '{host}' is not among those that the setting AllowedHosts names.");

    /// <param name="parameter">As it was sent, decoded.</param>
    /// <param name="known">What the resource takes.</param>
    public static Problem Unknown(string parameter, IReadOnlyList<string> known) =>
        new Problem(UnknownParameter, $"'{parameter}' is not a parameter of this resource: {(known.Count == 0 ? "it takes none" : $"it takes {string.Join(", ", known)}")}.")
            .With(Member("parameter", parameter));

    public static Problem Json(JsonError error) =>
        new Problem(InvalidJson, $"{Sentence(error.Reason)} Line {error.Line}, byte {error.BytePosition}.")
            .With(Member("line", error.Line), Member("bytePosition", error.BytePosition));

    /// <param name="bytesMax">What is taken at most.</param>
    /// <param name="setting">The key of the configuration that says so.</param>
    public static Problem TooLarge(long bytesMax, string setting = "MaxDocumentBytes, or MaxBatchBytes of a batch") =>
        new Problem(PayloadTooLarge, $"The body is larger than {Count(bytesMax, "byte")} ({setting}).").With(Member("maxBytes", bytesMax)) with { EndsConnection = true };

    public static Problem Batch(IReadOnlyList<object> failures) =>
        new Problem(PreconditionFailed, $"The conditions of {Count(failures.Count, "operation")} do not hold; nothing of the batch was done.").With(Member("failures", failures));

    /// <param name="failures">The operations whose documents are missing.</param>
    public static Problem BatchNotFound(IReadOnlyList<object> failures) =>
        new Problem(NotFound, $"There is no document to change for {Count(failures.Count, "operation")}; nothing of the batch was done.").With(Member("failures", failures));

    public static Problem NoDocument(DocumentKey key) => new(NotFound, $"There is no document '{key.Id}'.");

    /// <summary>What a failure of the store means to a client. What may name files is the reason, which operators alone are told.</summary>
    public static Problem Of(StoreException exception) => exception switch
    {
        DocumentCorruptException corrupt => new Problem(DocumentCorrupt, $"Document '{corrupt.Key.Id}' cannot be read. The log tells operators why.") { Reason = $"Document '{corrupt.Key.Id}' cannot be read: {corrupt.Reason}." },
        StoreFencedException => new Problem(Fenced, "Nothing of this request was done; the store takes no writes until it is restarted. GET /status tells operators why.") { Reason = exception.Message },
        OutcomeUnknownException => new Problem(OutcomeUnknown, "The write may or may not survive. GET /status tells operators why.") { Reason = exception.Message },
        SnapshotConflictException => new Problem(SnapshotConflict, exception.Message),
        OutOfSpaceException => new Problem(OutOfSpace, "There is no room for this write, and nothing of it was done. GET /status tells operators more.") { Reason = exception.Message },
        StoreBusyException { NamesFiles: true } => new Problem(Busy, "The disk does not take this request for now. The log tells operators why.") { Reason = exception.Message, RetryAfterSeconds = 1 },
        StoreBusyException => new Problem(Busy, exception.Message) { RetryAfterSeconds = 1 },
        LevelNotAvailableException => new Problem(LevelNotAvailable, exception.Message),
        StoreClosedException => new Problem(ShuttingDown, exception.Message) { RetryAfterSeconds = 5 },
        JournalDamagedException => Damaged(exception.Message),
        RequestInProgressException => new Problem(RequestInProgress, exception.Message) { RetryAfterSeconds = 1 },
        RequestKeyReusedException => new Problem(IdempotencyKeyReused, exception.Message),
        RequestsUnknownException => new Problem(RequestsUnknown, "Whether a request with this Idempotency-Key was carried out cannot be known. Nothing of this one was done. The log tells operators why.") { Reason = exception.Message },
        StorageFaultException => new Problem(StorageFault, "The disk refused an operation. Nothing was written. The log tells operators why.") { Reason = exception.Message },
        _ => Internal,
    };

    public static Problem Damaged(string reason) =>
        new(JournalDamaged, "Nothing is served until the journal is salvaged. GET /status tells operators why.") { Reason = reason };

    public static Problem NotOnThisEngine { get; } = new(EngineLacks, "The engine on PostgreSQL does not have this yet (docs/postgres.md).");

    public static Problem Internal { get; } = new(InternalError, "The server's log has the details.");

    public static Problem Stopping { get; } =
        new(ShuttingDown, "The server stopped before the whole body had arrived. Nothing was written.") { RetryAfterSeconds = 5, EndsConnection = true };

    public static Problem OverBudget { get; } =
        new(Busy, "Requests and answers under way have used up the server's memory budget (InFlightBytes).") { RetryAfterSeconds = 1 };

    public static Problem NoMemory { get; } = new(Busy, "The server had no memory left for the request. Nothing was done.") { RetryAfterSeconds = 1 };

    /// <summary>
    /// A transfer coding in HTTP/1.0, which knows none: proxies disagree on where such a message ends (RFC 9112 section 6.1), and
    /// the web server would take what follows it on the connection for the next request.
    /// </summary>
    public static Problem FaultyFraming { get; } =
        new(InvalidRequest, "HTTP/1.0 has no Transfer-Encoding; send a Content-Length (RFC 9112 section 6.1).") { EndsConnection = true };

    public static Problem ConnectionField { get; } =
        new(InvalidRequest, "HTTP/2 has none of the fields Transfer-Encoding, Upgrade, Keep-Alive and Proxy-Connection (RFC 9113 section 8.2.2).");

    public static Problem OtherCoding { get; } =
        new(InvalidRequest, "The only transfer coding that is taken is chunked, once (RFC 9112 section 6.1).") { EndsConnection = true };

    public static Problem LowerCase(string method) =>
        Invalid($"Methods are case-sensitive (RFC 9110 section 9.1): there is no '{method}'. Send {method.ToUpperInvariant()}.");

    /// <summary>The problem for a bare status code, as routing and the web server set it.</summary>
    public static Problem OfStatus(int status, string? detail = null) => status switch
    {
        404 => new Problem(NotFound, detail ?? "There is nothing under this path. Documents are under /docs/{id}."),
        405 => new Problem(MethodNotAllowed, detail ?? "The Allow header lists the methods that this resource takes."),
        408 => new Problem(RequestTimeout, detail ?? "The request did not arrive completely in time."),
        413 => new Problem(PayloadTooLarge, detail ?? "The body is larger than the server takes."),
        414 => new Problem(TargetTooLong, detail ?? "The request line is longer than the server takes."),
        505 => new Problem(VersionNotSupported, detail ?? "The server speaks HTTP/1.0 and HTTP/1.1, and over TLS HTTP/2."),
        415 => new Problem(UnsupportedMediaType, detail ?? "Send Content-Type: application/json."),
        431 => new Problem(HeadersTooLarge, detail ?? "The request's header fields are larger than the server takes."),
        >= 400 and < 500 => Invalid(detail ?? "The request is malformed."),
        _ => Internal,
    };

    /// <summary>"1 byte", "2 bytes".</summary>
    public static string Count(long count, string unit) => count == 1 ? $"1 {unit}" : $"{count} {unit}s";

    private static KeyValuePair<string, object?> Member(string name, object? value) => new(name, value);

    private static string Sentence(string clause) => char.ToUpperInvariant(clause[0]) + clause[1..].TrimEnd('.') + ".";
}
