using System.Globalization;

namespace DocService.Transfer;

/// <summary>Where something stands in what is imported.</summary>
/// <param name="File">Path of the file, as it was named.</param>
/// <param name="Line">From 1; 0 where a whole file is meant.</param>
/// <param name="Byte">Bytes before it in the file, which is counted unpacked.</param>
public readonly record struct SourcePlace(string File, long Line, long Byte)
{
    public override string ToString() => Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line} (byte {Byte})");
}
