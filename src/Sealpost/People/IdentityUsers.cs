using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Sealpost.People;

/// <summary>Identity's user operations on our clock, with our recovery codes. Lives as long as one unit of work.</summary>
internal sealed class IdentityUsers : UserManager<Person>
{
    /// <summary>Wrong passwords or codes until a person is locked out.</summary>
    public const int Failures = 5;

    /// <summary>How long.</summary>
    public static readonly TimeSpan LockOut = TimeSpan.FromMinutes(15);

    private static readonly IOptions<IdentityOptions> Rules = Microsoft.Extensions.Options.Options.Create(new IdentityOptions
    {
        // Length, no rules of composition: NIST SP 800-63B §3.1.1.2.
        Password = { RequiredLength = 12, RequiredUniqueChars = 5, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false },
        User = { RequireUniqueEmail = true, AllowedUserNameCharacters = "" },
        Lockout = { MaxFailedAccessAttempts = Failures, DefaultLockoutTimeSpan = LockOut, AllowedForNewUsers = true },
        Stores = { SchemaVersion = IdentitySchemaVersions.Version3 },
    });

    private readonly PersonRows _rows;
    private readonly TimeProvider _time;
    private readonly CancellationToken _cancellationToken;

    public IdentityUsers(PersonRows rows, TimeProvider time, CancellationToken cancellationToken)
        : base(
            rows, Rules, new PasswordHasher<Person>(), [new UserValidator<Person>()], [new PasswordValidator<Person>()],
            new UpperInvariantLookupNormalizer(), new IdentityErrorDescriber(), NoServices.Instance, NullLogger<UserManager<Person>>.Instance) =>
        (_rows, _time, _cancellationToken) = (rows, time, cancellationToken);

    protected override CancellationToken CancellationToken => _cancellationToken;

    public override Task<bool> IsLockedOutAsync(Person user) => Task.FromResult(user.LockoutEnd is { } end && end > _time.GetUtcNow());

    public override Task<IdentityResult> AccessFailedAsync(Person user)
    {
        user.AccessFailedCount++;
        if (user.AccessFailedCount >= Failures)
            (user.AccessFailedCount, user.LockoutEnd) = (0, _time.GetUtcNow() + LockOut);
        return UpdateUserAsync(user);
    }

    /// <summary>Sets the authenticator app's key that the person has shown to have.</summary>
    public Task SetAuthenticatorKeyAsync(Person user, string key, CancellationToken cancellationToken) => _rows.SetAuthenticatorKeyAsync(user, key, cancellationToken);

    protected override string CreateTwoFactorRecoveryCode() => RecoveryCode.New();

    private sealed class NoServices : IServiceProvider
    {
        public static readonly NoServices Instance = new();

        public object? GetService(Type serviceType) => null;
    }
}
