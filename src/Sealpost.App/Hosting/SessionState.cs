using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Sealpost.App.Hosting;

/// <summary>Who is here, in an open page: asked again and again, so that a page does not outlive its session.</summary>
internal sealed class SessionState : RevalidatingServerAuthenticationStateProvider
{
    private readonly SignedIn _signedIn;
    private readonly OpenPages _pages;
    private readonly CancellationTokenRegistration _ending;

    public SessionState(ILoggerFactory log, SignedIn signedIn, OpenPages pages)
        : base(log)
    {
        (_signedIn, _pages) = (signedIn, pages);
        // A page whose browser has gone is kept for minutes, longer than the store that it would ask.
        _ending = pages.Ending.Register(static state => ((IDisposable)state!).Dispose(), this);
    }

    protected override TimeSpan RevalidationInterval => _pages.AskEvery;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            using var running = _pages.Begin();
            return await _signedIn.SessionAsync(authenticationState.User, cancellationToken).ConfigureAwait(false) is not null;
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested || _pages.Ending.IsCancellationRequested)
        {
            // The base class takes this exception, with this token, for an end, and every other one for a failure that it logs.
            throw new TaskCanceledException("The page or the server ends.", exception, cancellationToken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _ending.Unregister();
        base.Dispose(disposing);
    }
}
