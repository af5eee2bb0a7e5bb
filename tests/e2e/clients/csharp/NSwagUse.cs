using DocService.NSwag;
using Newtonsoft.Json;

namespace Clients;

internal static class NSwagUse
{
    private const string Id = "notes/nswag";

    public static async Task RunAsync(string address)
    {
        using var http = new HttpClient();
        var client = new DocServiceClient(http) { BaseUrl = address };

        // It throws on an answer that it does not expect: that none of these does is the check.
        await client.PutDocumentAsync(id: Id, body: new { n = 1 });
        Check.That("NSwag: PUT creates", true);
        object read = await client.GetDocumentAsync(Id);
        Check.That("NSwag: GET answers what was put", JsonConvert.SerializeObject(read) == """{"n":1}""", read);
        await client.PutDocumentAsync(id: Id, body: new { n = 2 });
        Check.That("NSwag: PUT replaces", true);
        await client.PutDocumentAsync(id: Id, body: new { n = 3 }, durability: "buffered");
        Check.That("NSwag: PUT at level buffered is no failure", true);
        await client.PutDocumentAsync(id: Id, body: new { n = 4 }, prefer: "return=representation");
        Check.That("NSwag: PUT that asks for the document is no failure", true);

        var refused = await Check.ThrowsAsync<ApiException<Problem>>(() => client.PutDocumentAsync(id: Id, body: new { n = 5 }, if_None_Match: "*"));
        Check.That("NSwag: a failed condition is a problem with the current tag", refused is { StatusCode: 412, Result.CurrentETag: not null }, refused);

        var batch = new Batch
        {
            Operations =
            [
                new BatchOperation { Op = BatchOperationOp.Put, Id = "notes/nswag-2", Body = new[] { 1, 2 } },
                new BatchOperation { Op = BatchOperationOp.Delete, Id = "notes/nobody" },
            ],
        };
        BatchResult result = await client.PostBatchAsync(batch);
        Check.That("NSwag: batch answers a status for each operation", result.Results.Select(one => one.Status).SequenceEqual([201, 404]), result);
        BatchResult early = await client.PostBatchAsync(batch, durability: "buffered");
        Check.That("NSwag: batch at level buffered answers results", early.Results.Count == 2, early);

        await client.DeleteDocumentAsync(Id);
        Check.That("NSwag: DELETE deletes", true);
        var gone = await Check.ThrowsAsync<ApiException<Problem>>(() => client.GetDocumentAsync(Id));
        Check.That("NSwag: what is gone is a problem", gone is { StatusCode: 404, Result.Type: "/problems/not-found" }, gone);
        Status status = await client.GetStatusAsync();
        Check.That("NSwag: the status is read", status.State == StatusState.Ready, status.State);
    }
}
