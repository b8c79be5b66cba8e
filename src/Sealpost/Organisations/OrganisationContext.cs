using Sealpost.Consent;
using Sealpost.Delivery;
using Sealpost.Patients;
using Sealpost.Shards;
using Sealpost.Storage;
using Sealpost.Trust.Keys;
using Sealpost.Trust.Ledger;

namespace Sealpost.Organisations;

/// <summary>The covered entity (or the vendor's client) on whose behalf mail is sent.</summary>
/// <param name="Id">Number.</param>
/// <param name="Name">Name as patients know it.</param>
/// <param name="Domain">Sender domain, such as <c>mail.greenvalley.test</c>; HELO name and return path are in it.</param>
/// <param name="PostalAddress">Physical postal address for the footer. 15 USC 7704(a)(5).</param>
/// <param name="PublicUrl">HTTPS base of patient pages (unsubscribe).</param>
/// <param name="TimeZone">Time zone for "today".</param>
public sealed record Organisation(OrganisationId Id, string Name, string Domain, string PostalAddress, Uri PublicUrl, TimeZoneInfo TimeZone);

/// <summary>One organisation, open: its keys and the slices' stores, as the composition root built them.</summary>
public sealed record OrganisationContext
{
    private Organisation _organisation = null!;

    /// <summary>Who. Name, postal address and public URL may change while it is open.</summary>
    public required Organisation Organisation
    {
        get => Volatile.Read(ref _organisation);
        init => _organisation = value;
    }

    /// <summary>Store.</summary>
    public required IDatabase Database { get; init; }

    /// <summary>Keys.</summary>
    public required KeyRing Keys { get; init; }

    /// <summary>Ledger.</summary>
    public required Ledger Ledger { get; init; }

    /// <summary>Clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Charts.</summary>
    public required PatientStore Patients { get; init; }

    /// <summary>Consent.</summary>
    public required ConsentStore Consent { get; init; }

    /// <summary>Audience over all shards.</summary>
    public required SelectAudience Audience { get; init; }

    /// <summary>DKIM signing for the sender domain.</summary>
    public required SignMessage Sign { get; init; }

    /// <summary>Goes on under changed name, postal address or public URL. A changed time zone holds from the next start: what was counted by the old one stays so.</summary>
    internal void Use(Organisation changed) => Volatile.Write(ref _organisation, changed with { TimeZone = _organisation.TimeZone });

    /// <summary>Today in the organisation's time zone.</summary>
    public DateOnly Today => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(Time.GetUtcNow(), Organisation.TimeZone).DateTime);
}
