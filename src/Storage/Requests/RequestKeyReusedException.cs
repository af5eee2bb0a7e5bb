using DocService.Storage.Failures;

namespace DocService.Storage.Requests;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The key belongs to another request, which has been carried out. Nothing of this one was done.</summary>
public sealed class RequestKeyReusedException : StoreException
{
    public RequestKeyReusedException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
