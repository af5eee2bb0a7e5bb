using System.Text;

namespace DocService.Queries.Numbers;

/// <summary>Numbers as JSON spells them, for those outside of queries: exact, whatever their size.</summary>
public static class JsonNumbers
{
    /// <summary>Whether two numbers are one: 1, 1.0 and 10e-1 are.</summary>
    /// <param name="one">A valid JSON number, nothing around it.</param>
    /// <param name="other">Likewise.</param>
    public static bool AreEqual(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) => ExactNumber.Compare(ExactNumber.Read(one), ExactNumber.Read(other)) == 0;

    /// <summary>The exact sum; null where one of them has a digit above 10^400 or below 10^-400, because the sum could have any number of digits.</summary>
    /// <param name="one">A valid JSON number, nothing around it.</param>
    /// <param name="other">Likewise.</param>
    public static byte[]? Add(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var sum = new DecimalSum();
        sum.Add(ExactNumber.Read(one));
        sum.Add(ExactNumber.Read(other));
        return sum.Sum() is { } text ? Encoding.ASCII.GetBytes(text) : null;
    }
}
