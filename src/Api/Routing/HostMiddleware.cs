using DocService.Api.Problems;

namespace DocService.Api.Routing;

/// <summary>Refuses requests for hosts that this server does not answer for, before anything else is judged.</summary>
internal sealed class HostMiddleware(RequestDelegate next, AllowedHosts hosts)
{
    public Task InvokeAsync(HttpContext context) =>
        hosts.Contain(context.Request.Host)
            ? next(context)
            : ProblemWriter.WriteAsync(context, ProblemCatalogue.OtherHost(context.Request.Host.Value!, hosts.IsLoopbackOnly));
}
