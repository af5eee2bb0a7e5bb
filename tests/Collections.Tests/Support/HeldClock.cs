namespace DocService.Collections.Tests.Support;

/// <summary>A clock at which a thread that asks for the time stands still while the test says so. An index's thread asks before each batch.</summary>
internal sealed class HeldClock : TimeProvider
{
    private readonly ManualResetEventSlim _runs = new(initialState: true);
    private readonly ManualResetEventSlim _stands = new();

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name == "index" && !_runs.IsSet)
        {
            _stands.Set();
            _runs.Wait();
        }

        return base.GetTimestamp();
    }

    public void Hold() => _runs.Reset();

    public void UntilItStands() => Assert.True(_stands.Wait(TestStore.Patience), "it stands");

    public void LetGo() => _runs.Set();
}
