namespace DocService.Storage.Engine.Versions;

/// <summary>The document before a write: absent, a readable version, or unreadable. One that has ended is absent.</summary>
internal readonly struct CurrentDocument
{
    private readonly DocumentCorruptException? _damage;

    private CurrentDocument(DocumentInfo? info, DocumentInfo? ended, DocumentCorruptException? damage)
    {
        Info = info;
        Ended = ended;
        _damage = damage;
    }

    public static CurrentDocument Absent => default;

    /// <summary>The readable version, or null.</summary>
    public DocumentInfo? Info { get; }

    /// <summary>What is left of an absent document that has ended, for the sweep alone; else null.</summary>
    public DocumentInfo? Ended { get; }

    public bool IsUnreadable => _damage is not null;

    /// <summary>An unreadable document exists.</summary>
    public bool Exists => Info is not null || _damage is not null;

    public static CurrentDocument Of(DocumentInfo info) => new(info, null, null);

    public static CurrentDocument OfEnded(DocumentInfo info) => new(null, info, null);

    public static CurrentDocument Unreadable(DocumentCorruptException damage) => new(null, null, damage);

    /// <exception cref="DocumentCorruptException">It is unreadable, and the conditions need its version. Or it is unknown whether it exists, and there are conditions.</exception>
    public bool Fulfils(Conditions conditions) =>
        _damage is not null && (conditions.NeedVersion || (_damage.MayBeAbsent && conditions != Conditions.None)) ? throw _damage : conditions.Hold(Exists, Info);
}
