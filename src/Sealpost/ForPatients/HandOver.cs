using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Sealpost.Campaigns;
using Sealpost.Consent;
using Sealpost.Content;
using Sealpost.Delivery;
using Sealpost.Organisations;
using Sealpost.Patients;

namespace Sealpost.ForPatients;

/// <summary>Hands one message of our own to a mailbox's host: the transport gate, signature and verified TLS of every other. One try.</summary>
internal sealed class HandOver(OrganisationContext context, SendOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Tries; true where the host took it. The words say how it went, without address or content.</summary>
    public async Task<(bool Accepted, string Words)> RunAsync(OneMessage message, string mailbox, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            var transport = await options.Transport(linked.Token).ConfigureAwait(false);
            // A new link to a waiting message goes wherever its first notice went.
            var isNotice = message.Class == MessageClass.N0;
            var need = isNotice ? new HopNeed(Tier.T1, Tier.T2) : transport.NeedFor(message.Class, TransportAllowance.None, context.Today);
            var hop = await options.Connect.ConnectAsync(EmailAddress.DomainOf(mailbox), need, linked.Token).ConfigureAwait(false);
            if (hop is not ConnectResult.Connected connected)
                return (false, "no protected way");
            await using var session = connected.Session;
            var decision = isNotice ? transport.DecideNotice(session.Observed, context.Today) : transport.Decide(message.Class, session.Observed, context.Today);
            return decision is TransportDecision.Permit
                ? await DeliverAsync(session, message, mailbox, linked.Token).ConfigureAwait(false)
                : (false, "tier too low");
        }
        catch (Exception exception) when (exception is SmtpConnectionException or NoFinalReplyException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (false, "no reply");
        }
    }

    private async Task<(bool Accepted, string Words)> DeliverAsync(SmtpSession session, OneMessage message, string mailbox, CancellationToken cancellationToken)
    {
        var organisation = context.Organisation;
        var id = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}@{organisation.Domain}";
        using var signed = context.Sign.Sign(Compose(message), new MessageHeaders(mailbox, id, context.Time.GetUtcNow(), null, Bulk: false));
        var (returnAddress, _) = ReturnPaths.Of(context).Create(context.Time.GetUtcNow());
        var reply = await session.EnvelopeAsync(returnAddress, mailbox, signed.Bytes.Length, cancellationToken).ConfigureAwait(false);
        if (reply.IsPositive)
            reply = await session.DataAsync(signed.Bytes, cancellationToken).ConfigureAwait(false);
        return (reply.IsPositive, string.Create(CultureInfo.InvariantCulture, $"{session.Observed.Tier} {session.Observed.TlsVersion} {reply.Code}"));
    }

    private RenderedMessage Compose(OneMessage message)
    {
        var organisation = context.Organisation;
        var name = options.Pickup.PublicName ?? organisation.Name;
        var text = new StringBuilder();
        var html = new StringBuilder($"<!doctype html><html lang=\"{message.Language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{Encode(message.Subject)}</title></head><body style=\"margin:0;padding:24px;font:17px/26px Georgia,serif;color:#16273a;background:#ffffff\"><div style=\"max-width:34em;margin:0 auto\">");
        foreach (var paragraph in message.Paragraphs)
        {
            text.Append(paragraph).Append("\n\n");
            html.Append("<p style=\"margin:0 0 16px;white-space:pre-line\">").Append(Encode(paragraph)).Append("</p>");
        }

        if (message.Link is { } link)
        {
            text.Append(message.LinkText).Append(": ").Append(link).Append("\n\n");
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:24px 0\"><a href=\"{Encode(link)}\" style=\"color:#0b5d66;font-weight:bold\">{Encode(message.LinkText)}</a></p>");
        }

        text.Append(name).Append('\n').Append(organisation.PostalAddress).Append('\n');
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:32px 0 0;font:13px/19px Arial,sans-serif;color:#52606d\">{Encode(name)}<br>{Encode(organisation.PostalAddress)}</p></div></body></html>");
        return new RenderedMessage(Campaigns.Pickup.PickupNotice.SenderOf(name, organisation.Domain), message.Subject, html.ToString(), text.ToString(), "");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
