namespace DocService.Api.Configuration;

/// <summary>Reads the section once, strictly: an unknown key is a misspelt one.</summary>
internal static class OptionsLoading
{
    /// <exception cref="ConfigurationError">Unknown key, wrong form, or impossible value.</exception>
    public static DocServiceOptions Load(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(DocServiceOptions.Section);
        if (section.Value is { Length: > 0 })
        {
            throw new ConfigurationError("DocService must be a section of keys, not a value.");
        }

        string[] known = [.. typeof(DocServiceOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new ConfigurationError($"DocService:{child.Key} is not a known key. Known are {string.Join(", ", known)}.");
            }

            if (child.GetChildren().FirstOrDefault() is { } inner)
            {
                throw new ConfigurationError($"{inner.Path} is not a known key: DocService:{child.Key} is one value.");
            }
        }

        var options = new DocServiceOptions();
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException exception)
        {
            string value = exception.InnerException?.Message ?? exception.Message;
            throw new ConfigurationError($"A value in the section DocService has the wrong form: {exception.Message} {value}".ReplaceLineEndings(" "));
        }

        return options.Validate() is { } error ? throw new ConfigurationError(error) : options;
    }
}
