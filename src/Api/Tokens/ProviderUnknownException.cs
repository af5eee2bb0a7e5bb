namespace DocService.Api.Tokens;

/// <summary>A token cannot be judged: the provider's keys are not known.</summary>
internal sealed class ProviderUnknownException(int retrySeconds) : Exception("The provider's keys are not known.")
{
    /// <summary>After which they may be.</summary>
    public int RetrySeconds => retrySeconds;
}
