using System.Net;
using Sealpost.Campaigns.Returned;
using Sealpost.Delivery.Returns;
using Sealpost.Organisations;

namespace Sealpost.App.Hosting;

/// <summary>The doors by which mail comes back to a running server: an LMTP listener for every address that a setting names, a reader for every IMAP mailbox.</summary>
internal sealed class ReturnDoors : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LmtpListener> _listeners = [];
    private readonly List<Task> _readers = [];

    private ReturnDoors()
    {
    }

    /// <summary>LMTP addresses listened on.</summary>
    public IReadOnlyList<IPEndPoint> Lmtp => [.. _listeners.Select(listener => listener.Endpoint)];

    /// <summary>Opens them by the organisations' settings of this moment; a changed setting counts from the next start on.</summary>
    /// <exception cref="RefusedException">An address cannot be listened on, or a setting cannot be read.</exception>
    public static async Task<ReturnDoors> OpenAsync(Installation installation, CancellationToken cancellationToken)
    {
        var intake = new ReturnIntake(installation);
        var doors = new ReturnDoors();
        try
        {
            foreach (var organisation in await installation.OpenAllAsync(cancellationToken).ConfigureAwait(false))
                doors.Open(installation, organisation, intake);
            return doors;
        }
        catch
        {
            await doors.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var listener in _listeners)
            await listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_readers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Open(Installation installation, OpenOrganisation organisation, ReturnIntake intake)
    {
        if (ReturnSettings.Lmtp(organisation.Settings) is { } endpoint && !_listeners.Exists(listener => listener.Endpoint.Equals(endpoint)))
        {
            var rules = new LmtpRules
            {
                HostName = organisation.Context.Organisation.Domain,
                AcceptsAsync = intake.AcceptsAsync,
                TakeAsync = TakeAsync,
                Time = installation.Time,
            };
            _listeners.Add(LmtpListener.Start(endpoint, rules, installation.Log.CreateLogger<LmtpListener>()));
        }

        if (ReturnSettings.Imap(organisation.Settings, organisation.Delivery.ExtraRoots) is { } imap)
            _readers.Add(new ReadMailbox(imap, TakeAsync, intake.LeaveAsync, installation.Time, installation.Log.CreateLogger<ReadMailbox>()).RunAsync(_stop.Token));

        async Task<bool> TakeAsync(IncomingMail mail, CancellationToken cancellationToken) => await intake.TakeAsync(mail, cancellationToken).ConfigureAwait(false) != ReturnDone.Refused;
    }
}
