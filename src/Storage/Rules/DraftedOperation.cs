namespace DocService.Storage.Rules;

/// <summary>An operation whose conditions hold, and the document as it is before it.</summary>
/// <param name="Operation">As the client asked for it.</param>
/// <param name="Exists">Whether there is a document, readable or not.</param>
/// <param name="Current">Its newest version; null where there is none, or where it cannot be read.</param>
/// <param name="Writes">Whether the operation changes anything: a check does not, nor does the delete of what is not there.</param>
/// <param name="Modified">Of a put: that of the version which it leaves.</param>
public readonly record struct DraftedOperation(DocumentOperation Operation, bool Exists, DocumentInfo? Current, bool Writes, DateTimeOffset? Modified);
