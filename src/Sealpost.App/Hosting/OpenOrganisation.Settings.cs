using Sealpost.Campaigns.Pickup;
using Sealpost.Organisations;
using Sealpost.Patients;
using Sealpost.People;
using Sealpost.Trust.Keys;

namespace Sealpost.App.Hosting;

/// <content>Settings, each checked before it is changed, and what follows a change.</content>
internal sealed partial class OpenOrganisation
{
    /// <summary>Checks settings, then changes them; null takes one back to its default. All are checked before the first is changed.</summary>
    /// <exception cref="RefusedException">A value cannot be read, or the actor is no administrator.</exception>
    public async Task CheckAndSetAsync(IReadOnlyDictionary<string, string?> changes, Actor actor, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in changes)
        {
            if (value is not null)
                OrganisationSettings.Check(name, value);
        }

        foreach (var name in changes.Keys)
            RequireOwner(name, actor);
        await RequireInboxAgreementAsync(changes.GetValueOrDefault("reply-inbox"), cancellationToken).ConfigureAwait(false);
        foreach (var (name, value) in changes)
        {
            if (Settings.GetValueOrDefault(name) != value)
                await SetAsync(name, value, actor, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Changes a setting of this organisation.</summary>
    public async Task SetAsync(string name, string? value, Actor actor, CancellationToken cancellationToken)
    {
        actor.Require(Roles.Administrator, "change settings");
        RequireOwner(name, actor);
        if (name == "reply-inbox")
            await RequireInboxAgreementAsync(value, cancellationToken).ConfigureAwait(false);
        await _installation.Organisations.SetAsync(Context.Organisation.Id, name, value, actor.Id, cancellationToken).ConfigureAwait(false);
        Settings = await _installation.Organisations.SettingsAsync(Context.Organisation.Id, cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _probe, null); // It asks by the settings it was made with.
        _smime.Use(OrganisationSettings.Smime(Settings));
        _sending?.UseOptions(SendOptions());
        RulesChanged();
    }

    /// <summary>Changes name, postal address, public URL and time zone.</summary>
    public async Task ChangeAsync(Organisation changed, Actor actor, CancellationToken cancellationToken)
    {
        await _installation.Organisations.ChangeAsync(changed, actor, cancellationToken).ConfigureAwait(false);
        Context.Use(changed);
        RulesChanged();
    }

    private static void RequireOwner(string name, Actor actor)
    {
        if (OrganisationSettings.OfServer.Contains(name) && actor.Id != Actor.LocalOwner.Id)
            throw new RefusedException($"{name} is set by the owner of the server alone, who runs `sealpost org set {name} VALUE` there: it names a file of the server, or where a password from one is sent.") { Kind = RefusalKind.NotPermitted };
    }

    /// <summary>Replies hold health information: no inbox before an agreement covers who keeps it. 45 CFR 164.502(e).</summary>
    private async Task RequireInboxAgreementAsync(string? value, CancellationToken cancellationToken)
    {
        if (value is null || OrganisationSettings.ReplyInbox(new Dictionary<string, string>(StringComparer.Ordinal) { ["reply-inbox"] = value }) is not { } inbox || inbox == OrganisationSettings.ReplyInbox(Settings))
            return;
        var domain = EmailAddress.DomainOf(inbox);
        if (PickupRules.InboxAgreement(await AgreementsAsync(cancellationToken).ConfigureAwait(false), inbox, Context.Today) is { IsGranted: false } refused)
        {
            throw new RefusedException(
                $"reply-inbox: whoever hosts {domain} would keep what patients write. {refused.Sentence} Record the agreement that covers storing, `sealpost agreement add PARTY --endpoint {domain} --flow store`, sign it, then set the inbox. A mail server of your own is recorded the same way, with yourselves as the party.");
        }
    }

    /// <summary>Settings that are not at their defaults.</summary>
    public IReadOnlyDictionary<string, string> ReadSettings(Actor actor)
    {
        actor.RequireToRead(Roles.Administrator | Roles.Auditor, "see settings");
        return Settings;
    }
}
