namespace DocService.Queries.Keys;

/// <summary>
/// The first byte of an encoded value: the order of types (docs/index-format.md). A tag is never 0, which ends lists,
/// and its complement, which begins a descending field, is never below 0xF0.
/// </summary>
internal static class KeyTag
{
    /// <summary>Ends an array or an object: below every tag, so that the shorter list comes first.</summary>
    public const byte End = 0x00;

    /// <summary>Sorts only: an array without elements has no least one, and comes before everything.</summary>
    public const byte EmptyArray = 0x01;

    /// <summary>null, and a path that is not there.</summary>
    public const byte Null = 0x02;
    public const byte NegativeNumber = 0x03;
    public const byte Zero = 0x04;
    public const byte PositiveNumber = 0x05;
    public const byte String = 0x06;
    public const byte Object = 0x07;
    public const byte Array = 0x08;
    public const byte False = 0x09;
    public const byte True = 0x0A;

    /// <summary>Before each member of an object.</summary>
    public const byte Member = 0x01;
}
