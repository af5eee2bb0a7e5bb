using System.Reflection;

namespace DocService.Api.Configuration;

/// <summary>Reads the section once, strictly: an unknown key is a misspelt one.</summary>
internal static class OptionsLoading
{
    /// <summary>In a list that is one value, as the command line and the environment have it.</summary>
    private static readonly char[] ListSeparators = [';', ',', ' '];

    /// <exception cref="ConfigurationError">Unknown key, wrong form, or impossible value.</exception>
    public static DocServiceOptions Load(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(DocServiceOptions.Section);
        if (section.Value is { Length: > 0 })
        {
            throw new ConfigurationError("DocService must be a section of keys, not a value.");
        }

        RefuseUnknown(section, typeof(DocServiceOptions));
        var options = new DocServiceOptions();
        try
        {
            section.Bind(options);
            options.Cors.Origins = Listed(section, "Cors:Origins") ?? options.Cors.Origins;
            options.KnownProxies = Listed(section, nameof(options.KnownProxies)) ?? options.KnownProxies;
        }
        catch (InvalidOperationException exception)
        {
            string value = exception.InnerException?.Message ?? exception.Message;
            throw new ConfigurationError($"A value in the section DocService has the wrong form: {exception.Message} {value}".ReplaceLineEndings(" "));
        }

        return options.Validate() is { } error ? throw new ConfigurationError(error) : options;
    }

    /// <summary>A list that is one value; null where it is written as a list.</summary>
    private static string[]? Listed(IConfigurationSection section, string key) => section[key]?.Split(ListSeparators, StringSplitOptions.RemoveEmptyEntries);

    private static void RefuseUnknown(IConfigurationSection section, Type type)
    {
        PropertyInfo[] known = [.. type.GetProperties().Where(property => property.CanWrite)];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            Type? kind = known.FirstOrDefault(property => property.Name.Equals(child.Key, StringComparison.OrdinalIgnoreCase))?.PropertyType;
            if (kind is null)
            {
                throw new ConfigurationError($"{child.Path} is not a known key. Known are {string.Join(", ", known.Select(property => property.Name))}.");
            }

            if (kind.Namespace == type.Namespace)
            {
                if (child.Value is { Length: > 0 })
                {
                    throw new ConfigurationError($"{child.Path} must be a section of keys, not a value.");
                }

                RefuseUnknown(child, kind);
            }
            else if (child.GetChildren().FirstOrDefault(inner => !kind.IsArray || !int.TryParse(inner.Key, out _) || inner.GetChildren().Any()) is { } inner)
            {
                throw new ConfigurationError($"{inner.Path} is not a known key: {child.Path} is one value{(kind.IsArray ? ", or a list" : string.Empty)}.");
            }
        }
    }
}
