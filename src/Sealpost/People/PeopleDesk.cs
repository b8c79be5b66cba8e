using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.People;

/// <summary>Everything about the people of an installation: who they are, how they get in, where they belong.</summary>
/// <remarks>45 CFR 164.312(a)(2)(i) unique user identification, (a)(2)(iii) automatic logoff, (d) person or entity authentication; 164.308(a)(4)(ii)(C) access establishment and modification.</remarks>
internal sealed class PeopleDesk : IDisposable
{
    private PeopleDesk(PeopleContext context)
    {
        Context = context;
        Sessions = new Sessions(context);
        SignIn = new SignIn(context);
        Memberships = new Memberships(context);
        Invitations = new Invitations(context);
        Accept = new AcceptInvitation(context);
        Credentials = new Credentials(context);
        Provider = new ProviderAccount(context, Accept);
        ProviderSettings = new ProviderSettings(context);
    }

    public PeopleContext Context { get; }

    public Sessions Sessions { get; }

    public SignIn SignIn { get; }

    public Memberships Memberships { get; }

    public Invitations Invitations { get; }

    public AcceptInvitation Accept { get; }

    public Credentials Credentials { get; }

    public ProviderAccount Provider { get; }

    public ProviderSettings ProviderSettings { get; }

    public static async Task<PeopleDesk> OpenAsync(IDatabase database, IKeySource source, Ledger ledger, TimeProvider time, CancellationToken cancellationToken) =>
        new(await PeopleContext.OpenAsync(database, source, ledger, time, cancellationToken).ConfigureAwait(false));

    public void Dispose() => Context.Keys.Dispose();
}
