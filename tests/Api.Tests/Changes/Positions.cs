using DocService.Api.Changes;
using DocService.Index.Feeding;

namespace DocService.Api.Tests.Changes;

/// <summary>Positions that no server has given.</summary>
internal static class Positions
{
    public static string Moved(string position, long by)
    {
        Assert.True(PositionText.TryRead(position, out FeedPosition read));
        return PositionText.Write(read with { Sequence = read.Sequence + by });
    }
}
