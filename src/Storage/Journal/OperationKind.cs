namespace DocService.Storage.Journal;

/// <summary>What an operation does to its document.</summary>
internal enum OperationKind : byte
{
    Put = 1,
    Delete = 2,
}
