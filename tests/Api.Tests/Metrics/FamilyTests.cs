using System.Diagnostics.Metrics;
using DocService.Api.Metrics;

namespace DocService.Api.Tests.Metrics;

/// <summary>Which series a measurement belongs to.</summary>
public sealed class FamilyTests : IDisposable
{
    private readonly Meter _meter = new("DocService.Tests.Family");
    private readonly Family _family;

    public FamilyTests() => _family = Family.Of(_meter.CreateCounter<long>("things"));

    public void Dispose() => _meter.Dispose();

    [Fact]
    public void Take_SameTagsAgain_AddToOneSeries()
    {
        for (int n = 0; n < 3; n++)
        {
            _family.Take(2, [new("method", "GET"), new("code", 200)]); // the number is boxed anew each time
        }

        Series series = Assert.Single(_family.Series);
        Assert.Equal(("method=\"GET\",code=\"200\"", 6.0), (series.Labels, series.Read().Value));
    }

    [Fact]
    public void Take_OtherValueOtherNameMoreTags_AreOtherSeries()
    {
        _family.Take(1, [new("method", "GET"), new("code", 200)]);
        _family.Take(1, [new("method", "GET"), new("code", 404)]);
        _family.Take(1, [new("method", "GET"), new("route", 200)]);
        _family.Take(1, [new("method", "GET")]);
        _family.Take(1, []);

        Assert.Equal(5, _family.Series.Count());
        Assert.All(_family.Series, series => Assert.Equal(1, series.Read().Value));
    }

    [Fact]
    public void Take_EverNewTags_IsBounded()
    {
        for (int n = 0; n < 2000; n++)
        {
            _family.Take(1, [new("n", n)]);
        }

        Assert.Equal(1000, _family.Series.Count());
    }

    [Fact]
    public void Take_FromManyThreads_LosesNothing()
    {
        Parallel.For(0, 8, thread =>
        {
            for (int n = 0; n < 1000; n++)
            {
                _family.Take(1, [new("n", n % 20)]);
            }
        });

        Assert.Equal(8000, _family.Series.Sum(series => series.Read().Value));
        Assert.Equal(20, _family.Series.Count());
    }
}
