using DocService.Api.Tests.Support;
using DocService.Index;

namespace DocService.Api.Tests.Access;

/// <summary>An index that fails and cannot be made anew: a file has the name of its directory.</summary>
internal static class FailedIndex
{
    public static async Task MakeAsync(TestApplication application)
    {
        await application.WaitForIndexAsync();
        IndexFollower index = application.Service<ServedIndex>().Follower!;
        string directory = Path.Combine(application.DataDirectory, "index");
        Directory.Delete(directory, recursive: true);
        await File.WriteAllTextAsync(directory, "");
        index.Rebuild("a test asks for it");
        for (int look = 0; index.Status is not { Stage: IndexStage.Waiting, Reason: { } reason } || !reason.Contains(directory, StringComparison.Ordinal); look++)
        {
            Assert.True(look < 3000, $"The index is {index.Status}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}
