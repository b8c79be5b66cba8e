using Sealpost.Campaigns;
using Sealpost.Consent;

namespace Sealpost.App.Pages.Audiences;

/// <summary>Purposes in the words that the campaign pages ask with.</summary>
internal static class PurposeWords
{
    public static string Of(Purpose purpose) => PurposeAdvice.Choices.FirstOrDefault(choice => choice.About == purpose)?.Title
        ?? (purpose == Purpose.MarketingPaid ? "Anything that somebody pays us to send" : PurposeNames.Of(purpose));
}
