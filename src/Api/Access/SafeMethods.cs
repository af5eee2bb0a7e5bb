namespace DocService.Api.Access;

/// <summary>Methods by which nothing is asked to change (RFC 9110 section 9.2.1), with QUERY (RFC 10008).</summary>
internal static class SafeMethods
{
    public static bool Contain(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || method == "QUERY";
}
