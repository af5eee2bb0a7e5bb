using System.Globalization;
using DocService.Collections.Expiry;

namespace DocService.Collections.Tests.Expiry;

/// <summary>The form of RFC 3339 section 5.6, and nothing that only resembles it.</summary>
public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.5200000")] // the examples of section 5.8
    [InlineData("1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.0000000")]
    [InlineData("1990-12-31T23:59:60Z", "1991-01-01T00:00:00.0000000")]
    [InlineData("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.0000000")]
    [InlineData("1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.8700000")]
    [InlineData("2027-01-31t12:00:00z", "2027-01-31T12:00:00.0000000")]
    [InlineData("2027-01-31T12:00:00-00:00", "2027-01-31T12:00:00.0000000")]
    [InlineData("2028-02-29T12:00:00+23:59", "2028-02-28T12:01:00.0000000")]
    [InlineData("2027-01-31T12:00:00.12345678999Z", "2027-01-31T12:00:00.1234567")]
    [InlineData("1990-12-31T23:59:60.9Z", "1991-01-01T00:00:00.9000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999")]
    public void TryParse_AMoment_IsThatOfUtc(string text, string utc)
    {
        Assert.True(Rfc3339.TryParse(text, out DateTimeOffset moment));
        Assert.Equal(utc, moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.Zero, moment.Offset);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2027-01-31")]
    [InlineData("12:00:00Z")]
    [InlineData("2027-01-31T12:00:00")]
    [InlineData("2027-01-31T12:00Z")]
    [InlineData("2027-01-31 12:00:00Z")]
    [InlineData("2027-01-31T12:00:00.Z")]
    [InlineData("2027-01-31T12:00:00,5Z")]
    [InlineData("2027-01-31T12:00:00+0200")]
    [InlineData("2027-01-31T12:00:00+2:00")]
    [InlineData("2027-01-31T12:00:00+24:00")]
    [InlineData("2027-01-31T12:00:00+01:60")]
    [InlineData("2027-01-31T12:00:00Z ")]
    [InlineData("2027-01-31T12:00:00Z\n")]
    [InlineData(" 2027-01-31T12:00:00Z")]
    [InlineData("+2027-01-31T12:00:00Z")]
    [InlineData("2027-02-29T12:00:00Z")]
    [InlineData("2027-13-01T12:00:00Z")]
    [InlineData("2027-00-01T12:00:00Z")]
    [InlineData("2027-01-31T24:00:00Z")]
    [InlineData("2027-01-31T12:60:00Z")]
    [InlineData("2027-01-31T12:00:61Z")]
    [InlineData("2027-01-31T12:00:60Z")] // a leap second stands at the end of a day
    [InlineData("2027-01-31T23:59:60+01:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("9999-12-31T23:59:60Z")]
    [InlineData("\u0662\u0660\u0662\u0667-01-31T12:00:00Z")]
    public void TryParse_AnythingElse_IsNone(string text) => Assert.False(Rfc3339.TryParse(text, out _));
}
