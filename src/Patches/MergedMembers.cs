using System.Text.Json;
using DocService.Patches.Text;

namespace DocService.Patches;

/// <summary>One member of an object of a merge patch.</summary>
/// <param name="Name">With its quotes, as the patch spells it.</param>
/// <param name="Value">Where its value is in the patch.</param>
/// <param name="Kind">The value's first token.</param>
internal readonly record struct MergedMember(Range Name, Range Value, JsonTokenType Kind);

/// <summary>The members of one object of a merge patch, found by name.</summary>
/// <remarks>Thread: one.</remarks>
internal sealed class MergedMembers
{
    /// <summary>Of memory, for a member with its name and its place in the table.</summary>
    private const int MemberBytes = 192;

    private readonly List<MergedMember> _members = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly bool[] _isTaken;

    private MergedMembers(ReadOnlySpan<byte> patch, Range place, PatchedText text)
    {
        (int offset, int length) = place.GetOffsetAndLength(patch.Length);
        Utf8JsonReader reader = JsonWalk.ReaderOf(patch.Slice(offset, length));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            text.Charge(MemberBytes);
            _byName.Add(reader.GetString()!, _members.Count);
            int name = offset + (int)reader.TokenStartIndex;
            int quoted = reader.ValueSpan.Length + 2;
            reader.Read();
            int start = offset + (int)reader.TokenStartIndex;
            JsonTokenType kind = reader.TokenType;
            reader.Skip();
            _members.Add(new MergedMember(name..(name + quoted), start..(offset + (int)reader.BytesConsumed), kind));
        }

        _isTaken = new bool[_members.Count];
    }

    /// <summary>Those that nobody has taken, in their order.</summary>
    public IEnumerable<MergedMember> Left => _members.Where((_, index) => !_isTaken[index]);

    /// <summary>Of the object that stands there in the patch; what it takes is charged to the text.</summary>
    public static MergedMembers Of(ReadOnlySpan<byte> patch, Range place, PatchedText text) => new(patch, place, text);

    /// <summary>The member of the name that a reader of the document is at; null when the patch says nothing of it.</summary>
    public MergedMember? Take(ref Utf8JsonReader document)
    {
        if (!_byName.TryGetValue(document.GetString()!, out int index))
        {
            return null;
        }

        _isTaken[index] = true;
        return _members[index];
    }
}
