namespace DocService.Api.Configuration;

/// <summary>The server cannot start as it is configured; the message is one line for the operator.</summary>
internal sealed class ConfigurationError(string message) : Exception(message);
