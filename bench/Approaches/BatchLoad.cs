using System.Net.Http.Headers;
using System.Text;

namespace DocService.Approaches;

/// <summary>Writes the users to a DocService by batches, four at a time.</summary>
internal static class BatchLoad
{
    private const int OperationsMax = 1000; // DocService's MaxBatchOperations
    private const int AtOnce = 4;

    /// <param name="server">Where to.</param>
    /// <param name="users">How many there are.</param>
    /// <param name="bytes">Of each.</param>
    /// <param name="every">1: all of them; n: each n-th.</param>
    /// <param name="edition">Of the users.</param>
    public static async Task RunAsync(Uri server, int users, int bytes, int every, int edition)
    {
        int count = (users + every - 1) / every;
        using var client = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(2) };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (count + OperationsMax - 1) / OperationsMax),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (batch, cancellation) =>
            {
                int first = batch * OperationsMax;
                var text = new StringBuilder("{\"operations\":[");
                for (int place = first; place < Math.Min(first + OperationsMax, count); place++)
                {
                    int number = place * every;
                    text.Append(place == first ? "" : ",").Append("{\"op\":\"put\",\"id\":\"users/").Append(UserFile.Id(number)).Append("\",\"body\":")
                        .Append(UserFile.Json(number, bytes, edition)).Append('}');
                }

                await SendAsync(client, text.Append("]}").ToString(), cancellation);
            });
    }

    /// <summary>Again while the server is busy: it takes a batch whole or not at all.</summary>
    private static async Task SendAsync(HttpClient client, string text, CancellationToken cancellation)
    {
        while (true)
        {
            using var content = new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage answer = await client.PostAsync(new Uri("/batch", UriKind.Relative), content, cancellation);
            if (answer.StatusCode != System.Net.HttpStatusCode.ServiceUnavailable)
            {
                answer.EnsureSuccessStatusCode();
                return;
            }

            await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1), cancellation);
        }
    }
}
