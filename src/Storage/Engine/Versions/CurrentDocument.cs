namespace DocService.Storage.Engine.Versions;

/// <summary>The document before a write: absent, a readable version, or unreadable.</summary>
internal readonly struct CurrentDocument
{
    private readonly DocumentCorruptException? _damage;

    private CurrentDocument(DocumentInfo? info, DocumentCorruptException? damage)
    {
        Info = info;
        _damage = damage;
    }

    public static CurrentDocument Absent => default;

    /// <summary>The readable version, or null.</summary>
    public DocumentInfo? Info { get; }

    public bool IsUnreadable => _damage is not null;

    /// <summary>An unreadable document exists.</summary>
    public bool Exists => Info is not null || _damage is not null;

    public static CurrentDocument Of(DocumentInfo info) => new(info, null);

    public static CurrentDocument Unreadable(DocumentCorruptException damage) => new(null, damage);

    /// <exception cref="DocumentCorruptException">It is unreadable, and the conditions need its version. Or it is unknown whether it exists, and there are conditions.</exception>
    public bool Fulfils(Conditions conditions) =>
        _damage is not null && (conditions.NeedVersion || (_damage.MayBeAbsent && conditions != Conditions.None)) ? throw _damage : conditions.Hold(Exists, Info);
}
