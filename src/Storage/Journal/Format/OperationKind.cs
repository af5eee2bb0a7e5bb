namespace DocService.Storage.Journal.Format;

/// <summary>What an operation does to its document.</summary>
internal enum OperationKind : byte
{
    Put = 1,
    Delete = 2,
}
