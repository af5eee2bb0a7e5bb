namespace DocService.Transfer.Sources.Lines;

/// <summary>A file cannot be read on: what is packed in it is damaged, or it is cut short.</summary>
internal sealed class SourceDamagedException(string message) : Exception(message);
