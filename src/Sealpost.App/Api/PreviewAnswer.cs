using Sealpost.Library;

namespace Sealpost.App.Api;

/// <summary>A message as a made-up patient gets it.</summary>
/// <param name="Who">What to call the made-up patient.</param>
/// <param name="Reaches">Branches that nobody before reaches, in words.</param>
/// <param name="Missing">Field that such a patient lacks, which withholds the message; or why it cannot be made. Null where it is made.</param>
/// <param name="Subject">Null where it is not made.</param>
/// <param name="Html">Null where it is not made.</param>
/// <param name="Text">Null where it is not made.</param>
internal sealed record PreviewAnswer(string Who, IReadOnlyList<string> Reaches, string? Missing, string? Subject, string? Html, string? Text)
{
    /// <summary>One for each made-up patient of a report.</summary>
    /// <exception cref="RefusedException">The draft has problems, so that nothing can be made of it.</exception>
    public static IReadOnlyList<PreviewAnswer> Of(StudioReport report, MessageStudio studio)
    {
        var set = report.Check.Set ?? throw new RefusedException($"The message has problems, so there is nothing to preview. {string.Join(" ", report.Check.Problems.Select(problem => problem.Message))}");
        return [.. report.People.Select(person =>
        {
            using var message = person.MissingField is null ? studio.Render(set, person.Chart).Message : null;
            return new PreviewAnswer(person.Who, person.Reaches, person.MissingField, message?.Subject, message?.Html, message?.Text);
        })];
    }
}
