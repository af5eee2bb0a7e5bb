using DocService.Storage.Failures;

namespace DocService.Storage.Requests;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>Whether a request with this key was carried out cannot be known: remembered requests are damaged. Nothing of this one was done.</summary>
public sealed class RequestsUnknownException : StoreException
{
    public RequestsUnknownException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
