using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Sealpost.App.Hosting;

/// <summary>Who is here, in an open page: asked again twice a minute, so that a page does not outlive its session.</summary>
internal sealed class SessionState : RevalidatingServerAuthenticationStateProvider
{
    private readonly SignedIn _signedIn;
    private readonly CancellationTokenRegistration _stopping;

    public SessionState(ILoggerFactory log, SignedIn signedIn, IHostApplicationLifetime lifetime)
        : base(log)
    {
        _signedIn = signedIn;
        // A page whose browser has gone is kept for minutes, longer than the store that it would ask.
        _stopping = lifetime.ApplicationStopping.Register(static state => ((IDisposable)state!).Dispose(), this);
    }

    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(30);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken) =>
        await _signedIn.SessionAsync(authenticationState.User, cancellationToken).ConfigureAwait(false) is not null;

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _stopping.Unregister();
        base.Dispose(disposing);
    }
}
