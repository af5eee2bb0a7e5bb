using DocService.Storage.Failures;

namespace DocService.Storage.Requests;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>Another request with this key is under way. Nothing of this one was done; its answer can be had in a moment.</summary>
public sealed class RequestInProgressException : StoreException
{
    public RequestInProgressException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
