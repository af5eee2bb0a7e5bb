namespace DocService.Index.Tests.Following;

/// <summary>What tests of a follower have in common: a directory and a log.</summary>
public abstract class FollowerTest : IDisposable
{
    private protected TestDirectory Folder { get; } = new();

    private protected TestLog Log { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected IndexFollower Follow(TimeProvider? clock = null) => IndexTest.Follow(Folder["index"], Log, clock);
}
