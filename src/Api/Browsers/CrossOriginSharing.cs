namespace DocService.Api.Browsers;

/// <summary>
/// CORS (Fetch standard, "HTTP CORS protocol") for the origins that are allowed, by the framework's middleware. Errors, streams
/// and refusals carry its fields as well, so it stands in front of all; a preflight is answered there and needs no key.
/// </summary>
/// <remarks>Never with credentials: keys are in Authorization, which a page sets itself, and there are no cookies.</remarks>
internal static class CrossOriginSharing
{
    /// <summary>How long a browser may keep what a preflight says. It changes with a restart alone.</summary>
    private static readonly TimeSpan PreflightAge = TimeSpan.FromMinutes(10);

    /// <summary>Fields of answers that a page may read, beside those that it always may (Content-Type, Content-Length, Last-Modified, Cache-Control).</summary>
    public static readonly string[] Exposed =
    [
        "ETag", "Location", "Link", "Durability", "Repr-Digest", "Retry-After", "Idempotency-Replayed", "Preference-Applied", "Accept-Patch", "Sunset",
    ];

    /// <summary>Fields of requests that a page may set. Named one by one: for Authorization a '*' would not count.</summary>
    public static readonly string[] Taken =
    [
        "Authorization", "Content-Type", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Durability", "Idempotency-Key", "Prefer",
        "Content-Digest", "Repr-Digest", "Last-Event-ID",
    ];

    public static readonly string[] Methods = ["GET", "HEAD", "QUERY", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Nothing where no origin is allowed: no request then costs anything.</summary>
    public static void UseCrossOriginSharing(this IApplicationBuilder app, AllowedOrigins origins)
    {
        if (origins.AreNone)
        {
            return;
        }

        app.Use(VaryByOrigin);
        app.UseWhen(static context => context.Request.Headers.Origin.Count > 0, branch => branch.UseCors(policy =>
        {
            _ = origins.AreAll ? policy.AllowAnyOrigin() : policy.SetIsOriginAllowed(origins.Contain);
            policy.WithMethods(Methods).WithHeaders(Taken).WithExposedHeaders(Exposed).SetPreflightMaxAge(PreflightAge);
        }));
    }

    /// <summary>
    /// On every answer, also to a request without Origin: a cache would give an answer without the fields of CORS to a page that
    /// needs them. The entity tag stays the same, because the document's bytes do.
    /// </summary>
    private static Task VaryByOrigin(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(
            static state =>
            {
                IHeaderDictionary fields = ((HttpResponse)state).Headers;
                if (!fields.Vary.Contains("Origin"))
                {
                    fields.Append("Vary", "Origin");
                }

                return Task.CompletedTask;
            },
            context.Response);
        return next(context);
    }
}
