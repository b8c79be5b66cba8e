using Microsoft.AspNetCore.Identity;

namespace Sealpost.People;

/// <summary>Someone who signs in. One person may belong to several organisations, with an <see cref="Actor"/> in each.</summary>
internal sealed class Person : IdentityUser
{
    /// <summary>Name for people.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>May change sign-in for the whole installation.</summary>
    public bool IsOperator { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>A password without a second factor signs nobody in. 45 CFR 164.312(d).</summary>
    public bool HasPasswordAndCode => PasswordHash is not null && TwoFactorEnabled;

    /// <summary>A new person; the id is opaque and never reused.</summary>
    public static Person New(string name, string email, TimeProvider time) => new()
    {
        Id = Secrets.Id("p-"),
        DisplayName = name.Trim(),
        UserName = email.Trim(),
        Email = email.Trim(),
        LockoutEnabled = true,
        CreatedAt = time.GetUtcNow(),
    };
}
