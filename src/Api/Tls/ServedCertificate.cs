using System.Net.Security;
using DocService.Api.Configuration;

namespace DocService.Api.Tls;

/// <summary>One certificate that handshakes are made with, exchanged when its files have changed.</summary>
/// <remarks>
/// Thread: handshakes read on any; one at a time looks at the files. Invariant: what is served has been checked. On failure: the
/// one before stays in use. One that is exchanged is left to the collector: connections that it has begun go on.
/// </remarks>
internal sealed class ServedCertificate
{
    private readonly CertificateFiles _files;
    private byte[] _certificate;
    private byte[] _key;
    private volatile SslStreamCertificateContext _current;
    private volatile string? _problem;

    /// <exception cref="ConfigurationError">It cannot be used.</exception>
    public ServedCertificate(CertificateFiles files, DateTimeOffset now)
    {
        _files = files;
        (_certificate, _key) = files.Read();
        _current = files.Take(_certificate, _key, now);
    }

    public string Name => _files.Name;

    public SslStreamCertificateContext Current => _current;

    /// <summary>Why what is in the files now is not used; null when it is.</summary>
    public string? Problem => _problem;

    /// <summary>Takes what the files hold, if that is another pair and a good one.</summary>
    /// <returns>Whether the certificate or its problem is another one than before.</returns>
    public bool Look(DateTimeOffset now)
    {
        string? before = _problem;
        try
        {
            (byte[] certificate, byte[] key) = _files.Read();
            if (_problem is null && certificate.AsSpan().SequenceEqual(_certificate) && key.AsSpan().SequenceEqual(_key))
            {
                return false;
            }

            SslStreamCertificateContext next = _files.Take(certificate, key, now);
            if (next.TargetCertificate.NotBefore > now.LocalDateTime)
            {
                _problem = $"The certificate of {Name} ({_files.Path}) is valid from {next.TargetCertificate.NotBefore.ToUniversalTime():u} on.";
                return before != _problem;
            }

            (_certificate, _key, _current, _problem) = (certificate, key, next, null);
            return true;
        }
        catch (ConfigurationError error)
        {
            _problem = error.Message;
            return before != _problem;
        }
#pragma warning disable CA1031 // A timer calls this: what nobody thought of would end the process, and the certificate that is served is a good one.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _problem = $"The certificate of {Name} ({_files.Path}) cannot be used: {exception.Message}";
            return before != _problem;
        }
    }
}
