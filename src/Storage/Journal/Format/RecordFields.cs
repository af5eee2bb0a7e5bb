namespace DocService.Storage.Journal.Format;

/// <summary>Kinds of fields of a record that this program writes itself. Rules have the kinds behind them.</summary>
internal static class RecordFields
{
    /// <summary>The key of the request that made the commit, its fingerprint and its results.</summary>
    public const ushort Request = 1;
}
