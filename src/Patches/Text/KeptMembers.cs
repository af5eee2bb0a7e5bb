namespace DocService.Patches.Text;

/// <summary>The members of an object that stay while others are left out: each with the white space and the comma before it.</summary>
/// <param name="begin">Behind the object's bracket.</param>
internal struct KeptMembers(int begin)
{
    private bool _hasPassed; // a member, kept or dropped

    /// <summary>Behind the last member that has been passed.</summary>
    public int End { get; private set; } = begin;

    /// <summary>Whether none has been kept so far.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>What stands before the next member's value; with its comma, if one has been kept before it.</summary>
    /// <param name="source">The object's text.</param>
    /// <param name="value">Where the value begins.</param>
    public readonly ReadOnlySpan<byte> Lead(ReadOnlySpan<byte> source, int value)
    {
        ReadOnlySpan<byte> lead = source[End..value];
        return IsEmpty && _hasPassed ? lead[(lead.IndexOf((byte)',') + 1)..] : lead;
    }

    /// <summary>The member stays; its value ends there.</summary>
    public void Keep(int end)
    {
        IsEmpty = false;
        Drop(end);
    }

    /// <summary>The member goes; its value ends there.</summary>
    public void Drop(int end)
    {
        End = end;
        _hasPassed = true;
    }
}
