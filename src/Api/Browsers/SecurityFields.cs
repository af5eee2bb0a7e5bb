using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Browsers;

/// <summary>Fields by which every answer tells a browser to do less with it. They are the same for all but pages, and made once.</summary>
internal static class SecurityFields
{
    private const string NoFrames = "frame-ancestors 'none'";

    /// <summary>A document is no page: it loads nothing and runs nothing, and no page shows it in a frame.</summary>
    private static readonly StringValues Policy = "default-src 'none'; " + NoFrames;

    private static readonly StringValues NoSniff = "nosniff";

    /// <summary>
    /// Neither is in the way of CORS. Of resources: browsers look at it for what is loaded without (images, scripts, styles), which could tell a
    /// page that a document is there. Of openers: a page that opens another window has no hold on it, and cannot see when it is there.
    /// </summary>
    private static readonly StringValues SameOrigin = "same-origin";

    private static readonly StringValues NoReferrer = "no-referrer";

    public static void Write(IHeaderDictionary fields)
    {
        fields.XContentTypeOptions = NoSniff;
        fields.ContentSecurityPolicy = Policy;
        fields["Cross-Origin-Opener-Policy"] = SameOrigin;
        fields["Cross-Origin-Resource-Policy"] = SameOrigin;
        fields["Referrer-Policy"] = NoReferrer;
    }

    /// <summary>The policy of a page that loads nothing and has one style in it.</summary>
    public static string ForPage(string style) => $"default-src 'none'; style-src {HashOf(style)}; base-uri 'none'; form-action 'none'; {NoFrames}";

    /// <summary>The policy of an application in the browser whose files come from here, with one script in its page. Swagger UI sets styles in many places, and its page makes plugins of their names by eval.</summary>
    public static string ForApplication(string script) =>
        $"default-src 'none'; script-src 'self' {HashOf(script)} 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; {NoFrames}";

    /// <summary>Content Security Policy Level 3, section 2.3.1: of the text between the tags.</summary>
    private static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";
}
