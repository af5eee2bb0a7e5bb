using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Routing;

/// <summary>
/// Which hosts a request may name. A page in a browser on this machine can have a name of its own that resolves to
/// 127.0.0.1 (DNS rebinding); its requests carry that name in Host, and nothing else protects a server on loopback.
/// </summary>
/// <remarks>
/// Listening on loopback alone: loopback names, and those of the key AllowedHosts. Listening anywhere else: those of
/// AllowedHosts alone; without the key, all. Where requests need an API key, <see cref="HostMiddleware"/> takes all without the key, too. A request that names no host is taken while the key names none: browsers
/// always name one. Thread: any. The rule is fixed with the first request after the start, because only then is it known
/// where the server listens.
/// </remarks>
internal sealed class AllowedHosts(IConfiguration configuration, IServer server, IHostApplicationLifetime lifetime)
{
    public const string Key = "AllowedHosts";

    private readonly StringSegment[] _named = Read(configuration[Key]);
    private bool? _isLoopbackOnly;
    private string? _lastTaken; // nearly every request names the host that the last one named

    /// <summary>Whether the key names any.</summary>
    public bool AreNamed => _named.Length > 0;

    /// <summary>Whether every address that the server listens on is reached from this machine alone.</summary>
    public bool IsLoopbackOnly => _isLoopbackOnly ?? LookWhereItListens();

    public bool Contain(HostString host)
    {
        if (host.Value is { } name && name == _lastTaken)
        {
            return true;
        }

        bool isFixed = _isLoopbackOnly is not null; // before it is judged: what was taken by another rule is not remembered
        bool isTaken = Judge(host);
        if (isTaken && isFixed)
        {
            _lastTaken = host.Value;
        }

        return isTaken;
    }

    /// <summary>
    /// Whether a health check may name it, whatever the rule: a load balancer names the address that it asks, or nothing.
    /// A page in a browser can have a name that leads here, and no address of this machine.
    /// </summary>
    public static bool IsOfProbe(HostString host) =>
        !host.HasValue || LoopbackNames.Contain(host.Host) || IPAddress.TryParse(host.Host, out _);

    /// <summary>Whether only this machine reaches an address that the server listens on.</summary>
    public static bool IsLoopback(string address)
    {
        BindingAddress binding = BindingAddress.Parse(address);
        return binding.IsUnixPipe || binding.IsNamedPipe || LoopbackNames.Contain(binding.Host);
    }

    private bool Judge(HostString host)
    {
        if (_named.AsSpan().Contains("*"))
        {
            return true;
        }

        if (!host.HasValue)
        {
            return _named.Length == 0; // HTTP/1.0, or a client that knows no name
        }

        return (IsLoopbackOnly ? LoopbackNames.Contain(host.Host) : _named.Length == 0)
            || (_named.Length > 0 && HostString.MatchesAny(host.Host, _named));
    }

    private bool LookWhereItListens()
    {
        ICollection<string> addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        bool isLoopbackOnly = addresses.All(IsLoopback);
        if (lifetime.ApplicationStarted.IsCancellationRequested)
        {
            _isLoopbackOnly = isLoopbackOnly; // before, further addresses may follow
        }

        return isLoopbackOnly;
    }

    /// <summary>As ASP.NET Core reads the key: separated by semicolons, <c>*</c> for all, <c>*.example.com</c> for all below.</summary>
    private static StringSegment[] Read(string? value) =>
    [
        .. (value ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(entry => new StringSegment(new HostString(entry).ToUriComponent())),
    ];
}
