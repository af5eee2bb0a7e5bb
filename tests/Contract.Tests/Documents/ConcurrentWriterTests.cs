using System.Globalization;
using System.Net;
using DocService.Api.Tests.Support;
using DocService.Contract.Tests.Support;

namespace DocService.Contract.Tests.Documents;

/// <summary>Of N concurrent writers with the same entity tag exactly one wins.</summary>
public abstract class ConcurrentWriterTests(SharedServer shared)
{
    private readonly EngineServer _app = shared.Server;

    [Fact]
    public async Task Put_SameTagFromManyWriters_ExactlyOneWinsEachRound()
    {
        string id = Requests.NewId();
        string tag = await _app.StoreAsync(id, "0");
        for (int round = 0; round < 5; round++)
        {
            HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(writer => _app.PutAsync(id, $"{writer}", ("If-Match", tag))));

            HttpResponseMessage winner = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
            Assert.Equal(49, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
            tag = winner.Field("ETag")!;
            foreach (HttpResponseMessage answer in answers)
            {
                answer.Dispose();
            }
        }
    }

    [Fact]
    public async Task Put_ReadChangeWriteLoops_CountEverySuccess()
    {
        string id = Requests.NewId();
        await _app.StoreAsync(id, "0");

        int[] successes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => IncrementAsync(id, attempts: 20)));

        string counted = await _app.Client.GetStringAsync("/docs/" + id);
        Assert.Equal(successes.Sum().ToString(CultureInfo.InvariantCulture), counted);
        Assert.True(successes.Sum() >= 20, counted);
    }

    [Fact]
    public async Task Put_CreateOnlyFromManyWriters_ExactlyOneCreates()
    {
        string id = Requests.NewId();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(writer => _app.PutAsync(id, $"{writer}", ("If-None-Match", "*"))));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(49, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
    }

    private async Task<int> IncrementAsync(string id, int attempts)
    {
        int successes = 0;
        for (int attempt = 0; attempt < attempts; attempt++)
        {
            using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
            int next = int.Parse(await get.Content.ReadAsStringAsync(), CultureInfo.InvariantCulture) + 1;
            using HttpResponseMessage put = await _app.PutAsync(id, next.ToString(CultureInfo.InvariantCulture), ("If-Match", get.Field("ETag")!));
            successes += put.StatusCode == HttpStatusCode.NoContent ? 1 : 0;
        }

        return successes;
    }
}
