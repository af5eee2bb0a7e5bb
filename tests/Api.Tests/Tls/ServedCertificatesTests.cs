using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DocService.Api.Configuration;
using DocService.Api.Tests.Support;
using DocService.Api.Tls;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Api.Tests.Tls;

/// <summary>Certificates that are exchanged while they are served; by a clock that the test moves.</summary>
public sealed class ServedCertificatesTests : IDisposable
{
    private readonly CertificateMaker _made = new();
    private readonly FakeTimeProvider _clock = new(CertificateMaker.Now);

    public void Dispose() => _made.Dispose();

    [Fact]
    public void Files_Exchanged_AreServedAtTheNextLook()
    {
        string first = _made.Put();
        using ServedCertificates served = Open();
        ServedCertificate certificate = Assert.Single(served.All);
        Assert.Equal(first, Serial(certificate));

        string second = _made.Put();
        Assert.Equal(first, Serial(certificate)); // not yet looked at
        Look();

        Assert.Equal((second, null), (Serial(certificate), certificate.Problem));
    }

    [Theory]
    [InlineData("mismatched")]
    [InlineData("no certificate")]
    [InlineData("no key")]
    [InlineData("empty")]
    [InlineData("gone")]
    [InlineData("expired")]
    [InlineData("not yet")]
    [InlineData("for clients")]
    [InlineData("usage that cannot be read")]
    [InlineData("large")]
    public void Files_ExchangedForWhatCannotBeServed_LeaveTheOneBefore(string fault)
    {
        string first = _made.Put();
        using ServedCertificates served = Open();
        ServedCertificate certificate = Assert.Single(served.All);
        (string _, string good, string key) = CertificateMaker.Make();
        switch (fault)
        {
            case "mismatched": _made.Put(good, CertificateMaker.Make().Key); break;
            case "no certificate": _made.Put("nonsense", key); break;
            case "no key": _made.Put(good, good); break;
            case "empty": _made.Put(string.Empty, key); break;
            case "gone": File.Delete(_made.KeyPath); break;
            case "expired": _made.Put(until: CertificateMaker.Now.AddMinutes(-1)); break;
            case "usage that cannot be read": _made.Put(further: new X509Extension("2.5.29.37", [1, 2, 3], critical: false)); break; // decoded when it is asked for
            case "large": _made.Put(good + new string('\n', 1 << 20), key); break;
            case "not yet": _made.Put(from: CertificateMaker.Now.AddMinutes(30)); break;
            default: _made.Put(usage: "1.3.6.1.5.5.7.3.2"); break;
        }

        Look();

        Assert.Equal(first, Serial(certificate));
        Assert.Contains(_made.CertificatePath, certificate.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', certificate.Problem!);

        string mended = _made.Put();
        Look();
        Assert.Equal((mended, null), (Serial(certificate), certificate.Problem));
    }

    [Fact]
    public void Files_OfALaterTime_AreServedFromThenOn()
    {
        string first = _made.Put();
        using ServedCertificates served = Open();
        ServedCertificate certificate = Assert.Single(served.All);
        string later = _made.Put(from: CertificateMaker.Now.AddMinutes(30));
        Look();
        Assert.Equal(first, Serial(certificate));

        _clock.Advance(TimeSpan.FromMinutes(31));

        Assert.Equal((later, null), (Serial(certificate), certificate.Problem));
    }

    /// <summary>As certificates of a public authority come: clients know the root alone.</summary>
    [Fact]
    public void Files_WithAnIntermediate_AreServedWithIt()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 root = Authority("root", rootKey).CreateSelfSigned(CertificateMaker.Now.AddDays(-1), CertificateMaker.Now.AddDays(1));
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 between = Authority("between", betweenKey).Create(root, CertificateMaker.Now.AddHours(-2), CertificateMaker.Now.AddHours(2), [1, 2]);
        using X509Certificate2 signing = between.CopyWithPrivateKey(betweenKey);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 own = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).Create(signing, CertificateMaker.Now.AddHours(-1), CertificateMaker.Now.AddHours(1), [1, 2, 3]);
        _made.Put(own.ExportCertificatePem() + "\n" + between.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());

        using ServedCertificates served = Open();

        ServedCertificate certificate = Assert.Single(served.All);
        Assert.Equal(own.SerialNumber, Serial(certificate));
        Assert.Equal(between.Thumbprint, Assert.Single(certificate.Current.IntermediateCertificates).Thumbprint);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData(null)]
    public void Pkcs12_IsServedAndExchanged(string? password)
    {
        string path = _made.CertificatePath;
        string first = PutPkcs12(path, password);
        (string, string?)[] settings = [("Kestrel:Certificates:Default:Path", path), ("Kestrel:Certificates:Default:Password", password)];
        using ServedCertificates served = Open(settings);
        ServedCertificate certificate = Assert.Single(served.All);
        Assert.Equal(first, Serial(certificate));

        string second = PutPkcs12(path, password);
        Look();

        Assert.Equal(second, Serial(certificate));
    }

    [Fact]
    public void Start_WithoutCertificates_HasNoneAndNoTimer()
    {
        using ServedCertificates served = Open(("Kestrel:Endpoints:A:Url", "http://127.0.0.1:0"));

        Assert.Empty(served.All);
    }

    [Fact]
    public void Start_WithAnExpiredCertificate_IsRefused()
    {
        _made.Put(until: CertificateMaker.Now.AddMinutes(-1));

        ConfigurationError refusal = Assert.Throws<ConfigurationError>(() => Open());

        Assert.Contains("it expired on 2026-03-01 11:59:00Z", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Kestrel:Endpoints:Https", refusal.Message, StringComparison.Ordinal);
    }

    private static string Serial(ServedCertificate certificate) => certificate.Current.TargetCertificate.SerialNumber;

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request;
    }

    private static string PutPkcs12(string path, string? password)
    {
        (string serial, string pem, string key) = CertificateMaker.Make();
        using var certificate = X509Certificate2.CreateFromPem(pem, key);
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, password));
        return serial;
    }

    private void Look() => _clock.Advance(ServedCertificates.Interval);

    private ServedCertificates Open() => Open(
        ("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
        ("Kestrel:Endpoints:Https:Certificate:Path", _made.CertificatePath),
        ("Kestrel:Endpoints:Https:Certificate:KeyPath", _made.KeyPath));

    private ServedCertificates Open(params (string Key, string? Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build(),
        new HostingEnvironment { ApplicationName = "test", EnvironmentName = "Production", ContentRootPath = "/" },
        _clock,
        NullLogger<ServedCertificates>.Instance);
}
