using System.Net.Security;
using DocService.Api.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Api.Tls;

/// <summary>
/// The certificates of files that the web server's configuration names, served as they are now: a client that renews them leaves
/// others in their place. The web server's own reload watches files, for which a system may have no inotify instance left, and
/// ends the connections of the endpoint. Here the files are read every few seconds, and a handshake takes what has been read last.
/// </summary>
/// <remarks>Owns: the certificates, and a timer while there are any. Thread: any; the timer's looks come one after another.</remarks>
internal sealed class ServedCertificates : IDisposable
{
    /// <summary>Reads two small files, which costs less than to find out by their times whether they have changed behind links.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _looks = new();
    private readonly IConfigurationSection _kestrel;
    private readonly Dictionary<string, ServedCertificate> _ofEndpoints;
    private readonly ServedCertificate? _default;
    private readonly TimeProvider _clock;
    private readonly ILogger<ServedCertificates> _logger;
    private readonly ITimer? _timer;

    /// <exception cref="ConfigurationError">One cannot be used.</exception>
    public ServedCertificates(IConfiguration configuration, IHostEnvironment environment, TimeProvider clock, ILogger<ServedCertificates> logger)
    {
        (_clock, _logger) = (clock, logger);
        _kestrel = configuration.GetSection("Kestrel");
        DateTimeOffset now = clock.GetUtcNow();
        ServedCertificate? Open(IConfigurationSection section) =>
            CertificateFiles.Of(section, environment.ContentRootPath) is { } files ? new ServedCertificate(files, now) : null;

        _default = Open(_kestrel.GetSection("Certificates:Default"));
        _ofEndpoints = Endpoints.Select(endpoint => (endpoint.Key, Certificate: Open(endpoint.GetSection("Certificate"))))
            .Where(static own => own.Certificate is not null)
            .ToDictionary(static own => own.Key, static own => own.Certificate!, StringComparer.OrdinalIgnoreCase);
        if (All.Any())
        {
            _timer = clock.CreateTimer(static certificates => ((ServedCertificates)certificates!).Look(), this, Interval, Interval);
        }
    }

    public IEnumerable<ServedCertificate> All => _default is null ? _ofEndpoints.Values : _ofEndpoints.Values.Prepend(_default);

    private IEnumerable<IConfigurationSection> Endpoints => _kestrel.GetSection("Endpoints").GetChildren();

    /// <summary>Before anything is made on disk: a server whose certificate no client would take does not start.</summary>
    /// <exception cref="ConfigurationError">One cannot be used.</exception>
    public static void Check(IConfiguration configuration, IHostEnvironment environment) =>
        new ServedCertificates(configuration, environment, TimeProvider.System, NullLogger<ServedCertificates>.Instance).Dispose();

    /// <summary>Has the web server take its certificates from here. What is in a certificate store, or chosen by name (Sni), is left to it and read once.</summary>
    public void ServeBy(KestrelServerOptions server)
    {
        if (_default is { } usual)
        {
            server.ConfigureHttpsDefaults(https => https.OnAuthenticate = Serve(usual));
        }

        KestrelConfigurationLoader loader = server.Configure(_kestrel, reloadOnChange: false);
        foreach (IConfigurationSection endpoint in Endpoints)
        {
            if (endpoint.GetSection("Sni").Exists() || (endpoint.GetSection("Certificate").Exists() && !_ofEndpoints.ContainsKey(endpoint.Key)))
            {
                loader.Endpoint(endpoint.Key, static options => options.HttpsOptions.OnAuthenticate = null);
            }
            else if (_ofEndpoints.TryGetValue(endpoint.Key, out ServedCertificate? own))
            {
                loader.Endpoint(endpoint.Key, options => options.HttpsOptions.OnAuthenticate = Serve(own));
            }
        }
    }

    public void Dispose() => _timer?.Dispose();

    private static Action<ConnectionContext, SslServerAuthenticationOptions> Serve(ServedCertificate certificate) =>
        (_, handshake) => handshake.ServerCertificateContext = certificate.Current;

    private void Look()
    {
        if (!_looks.TryEnter())
        {
            return; // the look before still waits for its file
        }

        try
        {
            foreach (ServedCertificate certificate in All.Where(certificate => certificate.Look(_clock.GetUtcNow())))
            {
                if (certificate.Problem is { } problem)
                {
                    _logger.LogWarning("{Problem} The one before stays in use, until {End:u}", problem, certificate.Current.TargetCertificate.NotAfter.ToUniversalTime());
                }
                else
                {
                    _logger.LogInformation("The certificate of {Name} was exchanged: it is valid until {End:u}", certificate.Name, certificate.Current.TargetCertificate.NotAfter.ToUniversalTime());
                }
            }
        }
        finally
        {
            _looks.Exit();
        }
    }
}
