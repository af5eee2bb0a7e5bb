namespace DocService.Api.Browsers;

/// <summary>Gives every answer its <see cref="SecurityFields"/>, refusals included; a page replaces the policy by its own.</summary>
internal sealed class SecurityFieldsMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        SecurityFields.Write(context.Response.Headers);
        return next(context);
    }
}
