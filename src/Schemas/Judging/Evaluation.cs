using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DocService.Schemas.Judging;

/// <summary>One judgement of one document: what it has cost so far, where it stands, and what it has found.</summary>
/// <remarks>
/// Thread: one. Once <see cref="IsTooCostly"/> everything fails at once, so that it ends; what was found then means nothing.
/// </remarks>
/// <param name="workMax">Units of work.</param>
/// <param name="explains">Faults are kept, and looked for beyond the first.</param>
internal sealed class Evaluation(long workMax, bool explains) : IDisposable
{
    /// <summary>Schemas within schemas, each a few hundred bytes of stack; documents nest up to 128 levels by default.</summary>
    private const int DepthMax = 1500;

    /// <summary>In all, for what cannot be bounded by counting: expressions that need backtracking, and formats.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    /// <summary>The same for one that goes on elsewhere if it is not done quickly.</summary>
    private static readonly TimeSpan QuickTime = TimeSpan.FromMilliseconds(20);

    /// <summary>In all, should something cost more than it pays.</summary>
    private static readonly TimeSpan JudgementMax = TimeSpan.FromSeconds(10);

    /// <summary>Units between two looks at the clock: less than a millisecond.</summary>
    private const long UnitsOfALook = 1 << 16;

    /// <summary>In UTF-8, each of which may be an escape of six.</summary>
    private const int BytesOfACharacter = 18;

    /// <summary>More work than any judgement may do.</summary>
    public const long TooMuch = 1L << 40;

    private readonly List<SchemaResource> _scope = [];
    private readonly List<object> _path = [];
    private readonly List<DocumentFault> _faults = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _left = workMax;
    private long _untilLook = UnitsOfALook;
    private long _ticks;
    private int _depth;
    private int _silent;

    /// <summary>Whether it is done in about a millisecond or not at all.</summary>
    public bool IsQuick { get; init; }

    public required JudgementMemory Memory { get; init; }

    public bool IsTooCostly { get; private set; }

    public IReadOnlyList<DocumentFault> Faults => _faults;

    /// <summary>Whether a keyword goes on after its first fault.</summary>
    public bool SeeksMore => explains && _silent == 0 && !IsTooCostly && _faults.Count < SchemaVerdict.FaultsMax;

    /// <summary>A pointer as an answer shows it.</summary>
    public static string? Shown(string pointer) => pointer.Length <= DocumentFault.PointerMax ? pointer : null;

    public void Dispose() => Memory.Dispose();

    /// <summary>Whether so much memory may be held until <see cref="JudgementMemory.LetGo"/>.</summary>
    /// <exception cref="StoreBusyException">Not at present.</exception>
    public bool TryHold(long bytes)
    {
        IsTooCostly |= !Memory.TryHold(bytes);
        return !IsTooCostly;
    }

    /// <summary>A string's text; null where it may not be held.</summary>
    public string? TextOf(in JsonElement value)
    {
        string? text = Memory.TextOf(value);
        IsTooCostly |= text is null;
        return text;
    }

    /// <summary>A member's name; null where it may not be held.</summary>
    public string? NameOf(in JsonProperty member)
    {
        string? name = Memory.NameOf(member);
        IsTooCostly |= name is null;
        return name;
    }

    /// <summary>Whether so much more work may be done.</summary>
    public bool Pay(long units)
    {
        _left -= units;
        _untilLook -= units;
        IsTooCostly |= _left < 0;
        if (_untilLook < 0)
        {
            _untilLook = UnitsOfALook;
            IsTooCostly |= Stopwatch.GetElapsedTime(_started) > JudgementMax;
        }

        return !IsTooCostly;
    }

    public bool Holds(SchemaNode node, in JsonElement value, Marks? marks)
    {
        if (!Pay(1))
        {
            return false;
        }

        if (node.Constant is { } constant)
        {
            return constant || Fail(node.Place, "nothing is allowed here");
        }

        if (_depth >= DepthMax || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            IsTooCostly = true;
            return false;
        }

        _depth++;
        bool entersResource = _scope.Count == 0 || _scope[^1] != node.Resource;
        if (entersResource)
        {
            _scope.Add(node.Resource);
        }

        bool holds = HoldAll(node, value, marks);
        if (entersResource)
        {
            _scope.RemoveAt(_scope.Count - 1);
        }

        _depth--;
        return holds && !IsTooCostly;
    }

    /// <summary>Whether it holds, without a word about why not.</summary>
    public bool HoldsSilently(SchemaNode node, in JsonElement value, Marks? marks)
    {
        _silent++;
        bool holds = Holds(node, value, marks);
        _silent--;
        return holds;
    }

    /// <summary>For a member of the value that is judged.</summary>
    public bool HoldsIn(SchemaNode node, in JsonProperty member)
    {
        if (!explains)
        {
            return Holds(node, member.Value, marks: null);
        }

        if (!Pay(JsonMarshal.GetRawUtf8PropertyName(member).Length / 8))
        {
            return false;
        }

        _path.Add(member);
        bool holds = Holds(node, member.Value, marks: null);
        _path.RemoveAt(_path.Count - 1);
        return holds;
    }

    /// <summary>For an element of the value that is judged.</summary>
    public bool HoldsIn(SchemaNode node, in JsonElement element, int number)
    {
        if (!explains)
        {
            return Holds(node, element, marks: null);
        }

        _path.Add(number);
        bool holds = Holds(node, element, marks: null);
        _path.RemoveAt(_path.Count - 1);
        return holds;
    }

    /// <summary>The schema that a <c>$dynamicRef</c> means here: that of the outermost resource on the way.</summary>
    public SchemaNode FindDynamic(string anchor, SchemaNode otherwise)
    {
        foreach (SchemaResource resource in _scope)
        {
            if (Pay(1) && resource.DynamicAnchors.TryGetValue(anchor, out SchemaNode? outermost))
            {
                return outermost;
            }
        }

        return otherwise;
    }

    /// <summary>Runs what is bounded by time alone, and sums the time up. Null as an answer ends the judgement.</summary>
    public bool Timed(Func<string, bool?> judge, string text)
    {
        long started = Stopwatch.GetTimestamp();
        bool? holds = judge(text);
        _ticks += Stopwatch.GetTimestamp() - started;
        IsTooCostly |= holds is null || _ticks > (IsQuick ? QuickTime : TimeMax).TotalSeconds * Stopwatch.Frequency;
        return holds == true && !IsTooCostly;
    }

    /// <summary>Notes a fault of the value that is judged. Always false.</summary>
    public bool Fail(SchemaPlace place, string detail)
    {
        if (SeeksMore)
        {
            _faults.Add(new DocumentFault(Pointer(), Shown(place.ToString()), detail));
        }

        return false;
    }

    /// <summary>As the other one, where the words would cost something.</summary>
    public bool Fail(SchemaPlace place, [InterpolatedStringHandlerArgument("")] ref FaultText detail) => SeeksMore && Fail(place, detail.Finish());

    private bool HoldAll(SchemaNode node, in JsonElement value, Marks? marks)
    {
        Marks? own = node.AsksForUnevaluated ? new Marks() : marks;
        bool holds = true;
        foreach (Keyword keyword in node.Keywords)
        {
            holds &= Pay(1) && keyword.Holds(this, value, own);
            if (!holds && !SeeksMore)
            {
                return false;
            }
        }

        if (holds && own != marks && marks is not null)
        {
            Pay(marks.Add(own!));
        }

        return holds;
    }

    private string? Pointer()
    {
        var pointer = new StringBuilder();
        foreach (object step in _path)
        {
            if (step is JsonProperty member && JsonMarshal.GetRawUtf8PropertyName(member).Length > BytesOfACharacter * DocumentFault.PointerMax)
            {
                return null; // however many of its bytes are escapes
            }

            pointer.Append('/').Append(step is JsonProperty named ? Pointers.Escape(named.Name) : ((int)step).ToString(CultureInfo.InvariantCulture));
            if (pointer.Length > DocumentFault.PointerMax)
            {
                return null;
            }
        }

        return pointer.ToString();
    }
}
