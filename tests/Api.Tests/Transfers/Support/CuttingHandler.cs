namespace DocService.Api.Tests.Transfers.Support;

/// <summary>Loses requests on their way there, or their answers on the way back.</summary>
/// <param name="fate">Of the request with this number, from 0.</param>
internal sealed class CuttingHandler(Func<int, Fate> fate) : DelegatingHandler(new SocketsHttpHandler())
{
    private int _requests;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Fate now = fate(_requests++);
        if (now == Fate.LostOnTheWay)
        {
            throw new HttpRequestException("The connection was cut.");
        }

        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (now == Fate.AnswerLost)
        {
            await response.Content.ReadAsByteArrayAsync(cancellationToken); // the server has done all of it
            response.Dispose();
            throw new HttpRequestException("The connection was cut.");
        }

        return response;
    }
}

internal enum Fate
{
    Answered,
    LostOnTheWay,
    AnswerLost,
}
