namespace Sealpost.People;

/// <summary>What came of trying to sign in.</summary>
internal abstract record SignInOutcome
{
    private SignInOutcome()
    {
    }

    /// <summary>Signed in; the value is the cookie's.</summary>
    public sealed record Done(string Cookie) : SignInOutcome;

    /// <summary>The password is right; a code of the authenticator app is still needed. 45 CFR 164.312(d).</summary>
    public sealed record CodeNeeded(string Person) : SignInOutcome;

    /// <summary>Too many wrong passwords or codes. Passkeys still work, so that nobody can lock a colleague out by guessing.</summary>
    public sealed record LockedOut(DateTimeOffset Until) : SignInOutcome;

    /// <summary>Wrong, or unknown: the two look the same.</summary>
    public sealed record Refused : SignInOutcome;
}
