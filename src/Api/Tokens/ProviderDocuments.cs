using DocService.Api.Configuration;
using Microsoft.IdentityModel.Protocols;

namespace DocService.Api.Tokens;

/// <summary>Fetches what a provider publishes: over https, or from this machine; no redirects; at most 1 MiB.</summary>
internal sealed class ProviderDocuments : IDocumentRetriever, IDisposable
{
    private const int BytesMax = 1 << 20;

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        MaxResponseContentBufferSize = BytesMax,
    };

    /// <exception cref="InvalidDataException">The address, which the provider names, is none that is asked.</exception>
    /// <exception cref="HttpRequestException">It cannot be fetched.</exception>
    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!TokenSettings.IsAddress(address))
        {
            throw new InvalidDataException($"The address '{address}' is neither https nor of this machine.");
        }

        using HttpResponseMessage response = await _client.GetAsync(new Uri(address), cancel);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(cancel);
    }

    public void Dispose() => _client.Dispose();
}
