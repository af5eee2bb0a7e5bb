using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DocService.Api.Configuration;

namespace DocService.Api.Tls;

/// <summary>Where a certificate and its key are, by the web server's own keys (<c>Certificate:Path</c>, <c>KeyPath</c>, <c>Password</c>), and what is read from there.</summary>
/// <param name="Name">Of the section, for messages.</param>
/// <param name="Path">PEM with the certificate first and what leads to its root behind; without <paramref name="KeyPath"/> PKCS #12.</param>
/// <param name="KeyPath">PEM with the private key.</param>
/// <param name="Password">Of the key, or of the PKCS #12 file.</param>
internal sealed record CertificateFiles(string Name, string Path, string? KeyPath, string? Password)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1"; // RFC 5280 section 4.2.1.12
    private const int BytesMax = 1 << 20; // a certificate has some kilobytes

    /// <summary>Null where the section names no file.</summary>
    /// <param name="section">One that the web server reads a certificate from.</param>
    /// <param name="contentRoot">Where relative paths begin, as for the web server.</param>
    public static CertificateFiles? Of(IConfigurationSection section, string contentRoot) => section["Path"] is { Length: > 0 } path
        ? new CertificateFiles(
            section.Path,
            System.IO.Path.Combine(contentRoot, path),
            section["KeyPath"] is { Length: > 0 } key ? System.IO.Path.Combine(contentRoot, key) : null,
            section["Password"])
        : null;

    /// <summary>What the files hold now, to be compared and to be taken.</summary>
    /// <exception cref="ConfigurationError">They cannot be read.</exception>
    public (byte[] Certificate, byte[] Key) Read()
    {
        try
        {
            return (ReadWhole(Path), KeyPath is null ? [] : ReadWhole(KeyPath));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException) // the last one: a pipe, which cannot be read again
        {
            throw Refusal(exception.Message);
        }
    }

    /// <summary>Makes of them what a handshake needs: the certificate with its key, and the certificates that lead to the root.</summary>
    /// <exception cref="ConfigurationError">They are no pair that clients would take, or not any more.</exception>
    public SslStreamCertificateContext Take(byte[] certificate, byte[] key, DateTimeOffset now)
    {
        X509Certificate2? own = null;
        string fault;
        try
        {
            X509Certificate2Collection chain = [];
            own = Open(certificate, key, chain);
            if (FaultOf(own, now) is not { } found)
            {
                return SslStreamCertificateContext.Create(own, chain, offline: true); // asks nobody for what is missing in the chain: a handshake must not wait for that
            }

            fault = found;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or InvalidOperationException or NotSupportedException)
        {
            fault = exception.Message; // extensions are decoded when they are asked for
        }

        own?.Dispose();
        throw Refusal(fault);
    }

    private static string? FaultOf(X509Certificate2 own, DateTimeOffset now) =>
        !own.HasPrivateKey ? "there is no private key in it."
        : own.NotAfter <= now.LocalDateTime ? $"it expired on {own.NotAfter.ToUniversalTime():u}."
        : own.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage && !usage.EnhancedKeyUsages.OfType<Oid>().Any(static oid => oid.Value == ServerAuthentication)
            ? "it is not for servers (extended key usage)."
        : null;

    private X509Certificate2 Open(byte[] certificate, byte[] key, X509Certificate2Collection chain)
    {
        if (KeyPath is null)
        {
            chain.AddRange(X509CertificateLoader.LoadPkcs12Collection(certificate, Password));
            return chain.FirstOrDefault(static one => one.HasPrivateKey) ?? throw new CryptographicException("There is no private key in it; for PEM name the key's file as KeyPath.");
        }

        string pem = certificate.AsSpan().StartsWith("0"u8) ? PemEncoding.WriteString("CERTIFICATE", certificate) : Encoding.UTF8.GetString(certificate); // DER begins with a sequence, 0x30
        string keyPem = Encoding.UTF8.GetString(key);
        chain.ImportFromPem(pem);
        return Password is null ? X509Certificate2.CreateFromPem(pem, keyPem) : X509Certificate2.CreateFromEncryptedPem(pem, keyPem, Password);
    }

    private static byte[] ReadWhole(string path)
    {
        using FileStream file = File.OpenRead(path);
        long length = file.Length;
        if (length > BytesMax)
        {
            throw new IOException($"{path} is larger than any certificate.");
        }

        byte[] buffer = new byte[length + 1]; // one more tells whether it has grown meanwhile
        int count = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return count < buffer.Length ? buffer[..count] : throw new IOException($"{path} is being written.");
    }

    private ConfigurationError Refusal(string reason) => new($"The certificate of {Name} ({Path}{(KeyPath is null ? string.Empty : ", " + KeyPath)}) cannot be used: {reason}");
}
