using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Tls;

/// <summary>Makes certificates and puts them where a test's server looks for them.</summary>
/// <remarks>Owns: a directory, removed when disposed.</remarks>
internal sealed class CertificateMaker : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestDirectory _directory = new();

    public string CertificatePath => Path.Combine(_directory.Path, "cert.pem");

    public string KeyPath => Path.Combine(_directory.Path, "key.pem");

    public void Dispose() => _directory.Dispose();

    /// <summary>Signs itself, for an hour unless told otherwise.</summary>
    /// <returns>The serial number and both files' texts.</returns>
    public static (string Serial, string Certificate, string Key) Make(DateTimeOffset? from = null, DateTimeOffset? until = null, string? usage = null, X509Extension? further = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        if (further is not null)
        {
            request.CertificateExtensions.Add(further);
        }

        using X509Certificate2 certificate = request.CreateSelfSigned(from ?? Now.AddHours(-1), until ?? Now.AddHours(1));
        return (certificate.SerialNumber, certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public void Put(string certificate, string key)
    {
        File.WriteAllText(CertificatePath, certificate);
        File.WriteAllText(KeyPath, key);
    }

    /// <summary>Makes a pair and puts it there.</summary>
    /// <returns>Its serial number.</returns>
    public string Put(DateTimeOffset? from = null, DateTimeOffset? until = null, string? usage = null, X509Extension? further = null)
    {
        (string serial, string certificate, string key) = Make(from, until, usage, further);
        Put(certificate, key);
        return serial;
    }
}
