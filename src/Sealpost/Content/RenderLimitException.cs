namespace Sealpost.Content;

/// <summary>A message became larger than allowed. The template is at fault: stop its campaign, and shorten the template's loops.</summary>
/// <param name="message">Which limit; holds no patient data.</param>
public sealed class RenderLimitException(string message) : Exception(message);
