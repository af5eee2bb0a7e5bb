using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace DocService.Api.Tokens;

/// <summary>The framework's handler of tokens, set up by <see cref="TokenJudge"/>. Its own section of the configuration does not count.</summary>
internal static class TokenScheme
{
    public const string Name = "Token";

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ProviderKeys>();
        services.AddSingleton<HeldTokens>();
        services.AddSingleton<TokenJudge>();
        services.AddHostedService<TokenUpkeep>();
        services.AddOptions<JwtBearerOptions>(Name).Configure<TokenJudge>(static (bearer, judge) => judge.Apply(bearer));
        new AuthenticationBuilder(services).AddScheme<JwtBearerOptions, JwtBearerHandler>(Name, configureOptions: null);
    }
}
