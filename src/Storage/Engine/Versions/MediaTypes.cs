using System.Collections.Concurrent;

namespace DocService.Storage.Engine.Versions;

/// <summary>
/// A number for each media type met, so that <see cref="PackedInfo"/> needs no reference. Documents have few; the first
/// so many get a number, and a version with another one is read from the journal or its file.
/// </summary>
/// <remarks>Owns: the table, which only grows, up to its limit. Thread: any.</remarks>
internal sealed class MediaTypes
{
    /// <summary>Far more than a program uses; few enough that a client which invents types cannot fill the memory.</summary>
    public const int Max = 256;

    private readonly ConcurrentDictionary<string, ushort> _numbers = new(StringComparer.Ordinal);
    private readonly string?[] _types = new string?[Max + 1]; // by number, from 1
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>The types of most documents always get a number, whatever comes first.</summary>
    public MediaTypes()
    {
        NumberOf("application/json");
        NumberOf("application/json; charset=utf-8");
    }

    /// <summary>What is known of the version; nothing (<see cref="PackedInfo.IsKnown"/>) when there is no number left for its media type.</summary>
    public PackedInfo Pack(DocumentInfo info)
    {
        ushort number = NumberOf(info.ContentType);
        return number == 0 ? default : new PackedInfo(info.Created.UtcTicks, info.Modified.UtcTicks, info.Expires?.UtcTicks ?? 0, info.Sha256, (int)info.Length, number, info.Keep);
    }

    /// <summary>The opposite, of what is known.</summary>
    public DocumentInfo Unpack(in PackedInfo packed, long version) => new()
    {
        Version = version,
        ContentType = Volatile.Read(ref _types[packed.MediaType])!,
        Created = new DateTimeOffset(packed.CreatedTicks, TimeSpan.Zero),
        Modified = new DateTimeOffset(packed.ModifiedTicks, TimeSpan.Zero),
        Expires = packed.ExpiresTicks == 0 ? null : new DateTimeOffset(packed.ExpiresTicks, TimeSpan.Zero),
        Keep = packed.Keep,
        Length = packed.Length,
        Sha256 = packed.Sha256,
    };

    private ushort NumberOf(string type)
    {
        if (_numbers.TryGetValue(type, out ushort number) || Volatile.Read(ref _count) == Max)
        {
            return number;
        }

        lock (_gate)
        {
            if (_numbers.TryGetValue(type, out number) || _count == Max)
            {
                return number;
            }

            number = (ushort)++_count;
            Volatile.Write(ref _types[number], type);
            _numbers[type] = number; // last: a thread that finds the number finds the type
            return number;
        }
    }
}
