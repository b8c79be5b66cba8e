using Sealpost.Content.Liquid;

namespace Sealpost.Content;

/// <summary>The compiled parts of a message.</summary>
/// <param name="Subject">Subject.</param>
/// <param name="Preheader">Preview line, escaped for HTML.</param>
/// <param name="BeforeTitle">HTML up to the title's text.</param>
/// <param name="AfterTitle">HTML from there to the begin of the body.</param>
/// <param name="Body">Body.</param>
/// <param name="Text">Text part.</param>
/// <param name="FooterId">Id of the footer's element, not to be guessed by a style sheet.</param>
internal sealed record TemplateParts(LiquidPart Subject, LiquidPart Preheader, string BeforeTitle, string AfterTitle, LiquidPart Body, LiquidPart Text, string FooterId);
