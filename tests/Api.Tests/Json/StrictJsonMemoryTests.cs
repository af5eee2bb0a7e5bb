using System.Text;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>What the check for duplicate names takes, for the documents that it takes most for.</summary>
public sealed class StrictJsonMemoryTests
{
    private const int DocumentBytes = 16 << 20;

    /// <summary>The shortest object with a name, over and over: 2.4 million names, of which one is open.</summary>
    [Fact]
    public void Check_MillionsOfSmallObjects_TakesNoMemoryForThoseThatHaveEnded()
    {
        byte[] json = Encoding.ASCII.GetBytes("[" + string.Concat(Enumerable.Repeat("{\"\":0},", (DocumentBytes - 5) / 7)) + "0]");

        Assert.True(AllocatedBy(() => Assert.Null(StrictJson.Check(json, 128))) < 1 << 20);
    }

    [Fact]
    public void Check_ObjectOfNearlyTwoMillionShortNames_TakesTwoDocumentsMore()
    {
        byte[] json = Flat(DocumentBytes / 9);

        long allocated = AllocatedBy(() => Assert.Null(StrictJson.Check(json, 128)));

        Assert.True(allocated < 5L * DocumentBytes, $"{allocated >> 20} MiB in all while it grew"); // each size was half of the next
    }

    [Fact]
    public void Check_JustMoreNamesThanAPowerOfTwo_ChargesWhatIsMoreThanTwoDocuments()
    {
        byte[] json = Flat(1 << 20);
        const long TableBytes = 32L << 20;
        long charge = TableBytes - (2L * json.Length);
        var budget = new ByteBudget(charge + (charge / 4) + 4096);

        Assert.Null(StrictJson.Check(json, 128, budget));
        Assert.Equal(budget.Bytes, budget.Free);
        Assert.True(budget.TryTake(charge / 2));
        Assert.Throws<StoreBusyException>(() => StrictJson.Check(json, 128, budget));
        Assert.Equal(budget.Bytes - (charge / 2), budget.Free);
    }

    [Fact]
    public void Check_EscapedNamesInManyObjects_AreForgottenWithThem()
    {
        byte[] json = Encoding.ASCII.GetBytes("[" + string.Concat(Enumerable.Repeat("{\"\\u0061\":0},", 500_000)) + "0]");

        Assert.True(AllocatedBy(() => Assert.Null(StrictJson.Check(json, 128))) < 1 << 20);
    }

    /// <summary>One object whose members have nine bytes each but the last.</summary>
    private static byte[] Flat(int members)
    {
        string alphabet = new([.. Enumerable.Range(' ', '~' - ' ').Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);
        var text = new StringBuilder("{");
        for (int index = 0; index < members; index++)
        {
            text.Append('"');
            for (int digit = 0, left = index; digit < 4; digit++, left /= alphabet.Length)
            {
                text.Append(alphabet[left % alphabet.Length]);
            }

            text.Append("\":0,");
        }

        return Encoding.ASCII.GetBytes(text.Append("\"last\":0}").ToString());
    }

    private static long AllocatedBy(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
