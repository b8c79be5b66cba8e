using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.DependencyInjection;
using Sealpost.Storage;

namespace Sealpost.People;

/// <summary>ASP.NET Core Identity's tables as the schema scripts lay them out: instants as Unix milliseconds, booleans as small integers.</summary>
internal sealed class PeopleModel(DbContextOptions<PeopleModel> options) : IdentityUserContext<Person>(options)
{
    /// <summary>Identity asks the application for its schema version; passkeys came with the third.</summary>
    private static readonly IServiceProvider Application = new ServiceCollection()
        .Configure<IdentityOptions>(identity => identity.Stores.SchemaVersion = IdentitySchemaVersions.Version3)
        .BuildServiceProvider();

    public static PeopleModel Over(IDatabase database, DbConnection connection) => new(EntityMapping.For<PeopleModel>(database, connection, Application));

    public static async Task<PeopleModel> OverAsync(IDatabase database, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var model = Over(database, transaction.Connection ?? throw new InvalidOperationException("The transaction has ended."));
        model.Database.AutoSavepointsEnabled = false; // The write queue has its own.
        await model.Database.UseTransactionAsync(transaction, cancellationToken).ConfigureAwait(false);
        return model;
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Ignore<IdentityUserClaim<string>>();
        builder.Entity<Person>(person =>
        {
            person.ToTable("person");
            person.Ignore(one => one.PhoneNumber);
            person.Ignore(one => one.PhoneNumberConfirmed);
            person.Ignore(one => one.HasPasswordAndCode);
        });
        builder.Entity<IdentityUserLogin<string>>(login =>
        {
            login.ToTable("person_login");
            login.Property(one => one.LoginProvider).HasColumnName("provider");
            login.Property(one => one.ProviderDisplayName).HasColumnName("display_name");
            login.Property(one => one.UserId).HasColumnName("person");
        });
        builder.Entity<IdentityUserToken<string>>(token =>
        {
            token.ToTable("person_token");
            token.Property(one => one.LoginProvider).HasColumnName("provider");
            token.Property(one => one.UserId).HasColumnName("person");
        });
        builder.Entity<IdentityUserPasskey<string>>(passkey =>
        {
            passkey.ToTable("person_passkey");
            passkey.Property(one => one.UserId).HasColumnName("person");
            passkey.OwnsOne(one => one.Data).ToJson("data");
        });
        foreach (var property in builder.Model.GetEntityTypes().Where(type => !type.IsMappedToJson()).SelectMany(type => type.GetProperties()))
        {
            if (property.GetColumnName() == property.Name)
                property.SetColumnName(Underscored(property.Name));
            if (property.ClrType == typeof(bool))
                property.SetValueConverter(new BoolToZeroOneConverter<short>());
            else if (property.ClrType == typeof(DateTimeOffset) || property.ClrType == typeof(DateTimeOffset?))
                property.SetValueConverter(new ValueConverter<DateTimeOffset, long>(instant => instant.ToUnixTimeMilliseconds(), stored => DateTimeOffset.FromUnixTimeMilliseconds(stored)));
        }
    }

    private static string Underscored(string name) =>
        string.Concat(name.Select((letter, at) => char.IsAsciiLetterUpper(letter) && at > 0 ? "_" + char.ToLowerInvariant(letter) : char.ToLowerInvariant(letter).ToString()));
}
