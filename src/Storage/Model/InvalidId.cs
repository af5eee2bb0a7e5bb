namespace DocService.Storage.Model;

/// <summary>Why text is not a document id.</summary>
/// <param name="Reason">One clause in lower case, for a client to read.</param>
/// <param name="BytePosition">Zero-based position, in the UTF-8 form, of the first offending byte.</param>
public sealed record InvalidId(string Reason, int BytePosition);
