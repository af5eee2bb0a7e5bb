using System.Net.Http.Headers;
using System.Text;

namespace DocService.Approaches;

/// <summary>Writes the users to a DocService by batches, four at a time.</summary>
internal static class BatchLoad
{
    private const int OperationsMax = 1000; // DocService's MaxBatchOperations
    private const int AtOnce = 4;

    public static async Task RunAsync(Uri server, int users)
    {
        using var client = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(2) };
        await Parallel.ForEachAsync(
            Enumerable.Range(0, (users + OperationsMax - 1) / OperationsMax),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (batch, cancellation) =>
            {
                int first = batch * OperationsMax;
                var text = new StringBuilder("{\"operations\":[");
                for (int number = first; number < Math.Min(first + OperationsMax, users); number++)
                {
                    text.Append(number == first ? "" : ",").Append("{\"op\":\"put\",\"id\":\"users/").Append(UserFile.Id(number)).Append("\",\"body\":")
                        .Append(UserFile.Json(number)).Append('}');
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
