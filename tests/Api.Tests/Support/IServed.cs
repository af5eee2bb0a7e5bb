namespace DocService.Api.Tests.Support;

/// <summary>A server that tests send requests to, whatever runs behind it.</summary>
internal interface IServed
{
    HttpClient Client { get; }
}
