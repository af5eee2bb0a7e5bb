using DocService.Kiota;
using DocService.Kiota.Docs.Item;
using DocService.Kiota.Models;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Abstractions.Serialization;
using Microsoft.Kiota.Http.HttpClientLibrary;

namespace Clients;

internal static class KiotaUse
{
    public static async Task RunAsync(string address)
    {
        using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = address };
        var client = new DocServiceClient(adapter);
        DocsItemRequestBuilder document = client.Docs["notes/kiota"];

        // It throws on an answer that it does not expect: that none of these does is the check.
        await document.PutAsync(Content(1));
        Check.That("Kiota: PUT creates", true);
        int? n = NumberIn(await document.GetAsync());
        Check.That("Kiota: GET answers what was put", n == 1, n);
        await document.PutAsync(Content(2));
        Check.That("Kiota: PUT replaces", true);

        var refused = await Check.ThrowsAsync<Problem>(() => document.PutAsync(Content(3), request => request.Headers.Add("If-None-Match", "*")));
        Check.That("Kiota: a failed condition is a problem with the current tag", refused is { Status: 412, CurrentETag: not null }, refused);

        var batch = new Batch
        {
            Operations =
            [
                new BatchOperation { Op = BatchOperation_op.Put, Id = "notes/kiota-2", Body = new UntypedArray([new UntypedInteger(1)]) },
                new BatchOperation { Op = BatchOperation_op.Delete, Id = "notes/nobody" },
            ],
        };
        BatchResult? result = await client.Batch.PostAsync(batch);
        Check.That("Kiota: batch answers a status for each operation", result?.Results?.Select(one => one.Status).SequenceEqual([201, 404]) == true, result);
        BatchResult? early = await client.Batch.PostAsync(batch, request => request.Headers.Add("Durability", "buffered"));
        Check.That("Kiota: batch at level buffered answers results", early?.Results?.Count == 2, early);

        await document.DeleteAsync();
        Check.That("Kiota: DELETE deletes", true);
        var gone = await Check.ThrowsAsync<Problem>(() => document.GetAsync());
        Check.That("Kiota: what is gone is a problem", gone is { Status: 404, Type: "/problems/not-found" }, gone);
    }

    private static UntypedObject Content(int n) => new(new Dictionary<string, UntypedNode> { ["n"] = new UntypedInteger(n) });

    private static int? NumberIn(UntypedNode? node) =>
        node is UntypedObject content && content.GetValue().TryGetValue("n", out UntypedNode? member) && member is UntypedInteger number ? number.GetValue() : null;
}
