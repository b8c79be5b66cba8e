namespace Sealpost.People;

/// <summary>How a person signed in.</summary>
internal enum SignInMethod
{
    /// <summary>Passkey.</summary>
    Passkey = 0,

    /// <summary>Password and a code of an authenticator app.</summary>
    Code = 1,

    /// <summary>Recovery code.</summary>
    Recovery = 2,

    /// <summary>The organisation's OpenID Connect provider.</summary>
    Provider = 3,

    /// <summary>One-time link: the first sign-in of an invited person, or of the demo.</summary>
    Link = 4,

    /// <summary>The provider, where the person had signed in before: good for a session, but no proof of who sits there now.</summary>
    ProviderEarlier = 5,
}

/// <summary>Why a session ended.</summary>
internal enum SessionEnd
{
    /// <summary>There is none: never signed in, or long gone.</summary>
    Unknown = 0,

    /// <summary>The person signed out.</summary>
    SignedOut = 1,

    /// <summary>Nobody was active for the idle time. 45 CFR 164.312(a)(2)(iii).</summary>
    Idle = 2,

    /// <summary>It was <see cref="Sessions.LongestLife"/> old.</summary>
    TooOld = 3,

    /// <summary>The person's passkeys or password changed elsewhere.</summary>
    Credentials = 4,

    /// <summary>It was ended from another session of the person.</summary>
    Ended = 5,
}

/// <summary>One browser in which a person is signed in.</summary>
/// <param name="Id">Id; no secret.</param>
/// <param name="Person">Who.</param>
/// <param name="Name">Name of the person.</param>
/// <param name="Method">How.</param>
/// <param name="Device">Browser and system, as a person would name them.</param>
internal sealed record Session(string Id, string Person, string Name, SignInMethod Method, string Device)
{
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last activity of the person, not of the page.</summary>
    public DateTimeOffset ActiveAt { get; init; }

    /// <summary>Last passkey or code.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>May change sign-in for the whole installation.</summary>
    public bool IsOperator { get; init; }

    /// <summary>Came from the provider.</summary>
    public bool IsProviders => Method is SignInMethod.Provider or SignInMethod.ProviderEarlier;

    /// <summary>The shortest idle time among the person's organisations.</summary>
    public TimeSpan IdleTime { get; init; }

    public DateTimeOffset EndsAt => Earlier(ActiveAt + IdleTime, CreatedAt + Sessions.LongestLife);

    /// <summary>The person showed a passkey or code just now.</summary>
    public bool IsFresh(DateTimeOffset now) => VerifiedAt is { } at && now - at < Actor.FreshFor;

    /// <summary>Fresh enough to change passkeys and password; who has none yet comes fresh from the provider.</summary>
    public bool MayChangeCredentials(DateTimeOffset now) => IsFresh(now) || (Method == SignInMethod.Provider && now - CreatedAt < Actor.FreshFor);

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
