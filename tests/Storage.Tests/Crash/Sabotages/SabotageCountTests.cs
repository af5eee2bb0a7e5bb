using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace DocService.Storage.Tests.Crash.Sabotages;

/// <summary>How many sabotages this project tries; each is a case of a test that fails if the sabotage is not detected.</summary>
public sealed class SabotageCountTests(ITestOutputHelper output)
{
    private const int Least = 83;

    [Fact]
    public void Sabotages_OfAllTests_AreAsManyAsTheDocumentsSay()
    {
        var counts = typeof(SabotageCountTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributesData().Any(IsSabotage))
            .ToDictionary(method => $"{method.DeclaringType!.Name}.{method.Name}", CountOf);
        foreach (var (test, count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"{count} {test}");
        }

        output.WriteLine($"{counts.Values.Sum()} sabotages");
        Assert.True(counts.Values.Sum() >= Least, $"{counts.Values.Sum()} sabotages");
    }

    private static bool IsSabotage(CustomAttributeData attribute) =>
        attribute.AttributeType == typeof(TraitAttribute) && attribute.ConstructorArguments[0].Value is "Shows" && attribute.ConstructorArguments[1].Value is "sabotage";

    /// <summary>Cases in which nothing is left out are there to show that otherwise nothing is found.</summary>
    private static int CountOf(MethodInfo method)
    {
        ParameterInfo[] parameters = method.GetParameters();
        bool isTried(object?[] row) => !row.Where((value, index) => value is "nothing" || (value is false && parameters[index].Name == "isSabotaged")).Any();
        return parameters.Length == 0 ? 1 : method.GetCustomAttributes<DataAttribute>().SelectMany(data => data.GetData(method)).Count(isTried);
    }
}
