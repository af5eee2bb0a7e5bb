using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace DocService.Schemas.Texts;

/// <summary>
/// The expressions of all patterns, built. One that does not backtrack keeps what it has learnt of its automaton, and texts
/// can be made that teach it megabytes. So once all of them have learnt much, all are built again.
/// </summary>
/// <remarks>Owns: the expressions, of patterns that still live. Thread: any.</remarks>
internal static class PatternMemory
{
    /// <summary>Of the whole process.</summary>
    public const long BytesMax = 64L << 20;

    private static ConditionalWeakTable<SchemaPattern, Regex> _built = [];
    private static long _bytes;

    /// <summary>Learnt since all were built.</summary>
    public static long Bytes => Interlocked.Read(ref _bytes);

    public static Regex Of(SchemaPattern pattern) => Volatile.Read(ref _built).GetValue(pattern, static pattern => pattern.Build());

    /// <summary>Runs a match and notes what it has allocated: nothing, once the automaton knows the way.</summary>
    public static bool IsMatch(Regex regex, string value)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool matches = regex.IsMatch(value);
        Note(GC.GetAllocatedBytesForCurrentThread() - before);
        return matches;
    }

    public static void Note(long bytes)
    {
        if (bytes > 0 && Interlocked.Add(ref _bytes, bytes) > BytesMax)
        {
            Interlocked.Exchange(ref _bytes, 0);
            Volatile.Write(ref _built, []);
        }
    }
}
