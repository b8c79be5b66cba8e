using Sealpost.Delivery;
using Sealpost.Delivery.Returns;

namespace Sealpost.Campaigns.Returned;

/// <summary>Leads a mail that came back to the message it is about. Only what our key made counts: reporters are not authenticated, so an address in a report proves nothing.</summary>
internal static class MatchReturn
{
    /// <summary>The token; null where nothing in the mail is ours.</summary>
    /// <param name="path">The organisation's return paths.</param>
    /// <param name="mail">The mail.</param>
    /// <param name="read">The same, read.</param>
    /// <param name="forged">Something has the shape of ours and was never made by us.</param>
    public static byte[]? Token(ReturnPath path, IncomingMail mail, ReturnedMail read, out bool forged)
    {
        forged = false;
        foreach (var address in mail.Recipients.Concat(read.ReturnPaths))
        {
            if (path.Read(address) is { } token)
                return token;
            forged |= path.LooksOurs(address);
        }

        // Complaints hide every address (RFC 5965 §3.2), and answers go to the From address: the Message-ID is left.
        return read.OriginalMessageId is { } id ? path.ReadMessageId(id) : null;
    }
}
