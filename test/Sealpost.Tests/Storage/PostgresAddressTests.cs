using Npgsql;
using Sealpost.Storage;

namespace Sealpost.Tests.Storage;

public sealed class PostgresAddressTests
{
    [Fact]
    public void A_url_is_read_part_by_part()
    {
        var address = PostgresAddress.Parse("postgres://us%40er:p%3Ass%2Fword@db.example.com:6432/mail?sslrootcert=/etc/ca.pem");
        Assert.Equal(
            ("db.example.com", 6432, "us@er", "p:ss/word", "mail", "/etc/ca.pem"),
            (address.Host, address.Port, address.Username, address.Password, address.Database, address.RootCertificate));
    }

    [Theory]
    [InlineData("postgres://u@db.example.com/d", SslMode.VerifyFull)]
    [InlineData("postgresql://u@192.0.2.7/d", SslMode.VerifyFull)]
    [InlineData("postgres://u@db.example.com/d?sslmode=verify-ca", SslMode.VerifyCA)]
    [InlineData("postgres://u@localhost/d", SslMode.Prefer)]
    [InlineData("postgres://u@[::1]/d", SslMode.Prefer)]
    [InlineData("postgres:///d?host=/run/postgresql", SslMode.Prefer)]
    [InlineData("postgres://u@127.0.0.1/d?sslmode=disable", SslMode.Disable)]
    public void Another_machine_is_reached_by_verified_tls_only(string url, SslMode mode) =>
        Assert.Equal(mode, PostgresAddress.Parse(url).SslMode);

    [Theory]
    [InlineData("postgres://u:secret@db.example.com/d?sslmode=disable")]
    [InlineData("postgres://u:secret@db.example.com/d?sslmode=require")]
    [InlineData("postgres://u:secret@127.0.0.1/d?sslmode=disable&host=db.example.com")]
    [InlineData("postgres://u:secret@db.example.com/d?sslmode=sometimes")]
    [InlineData("postgres://u:secret@db.example.com/d?options=-c%20x")]
    [InlineData("postgres://u:secret@db.example.com/")]
    [InlineData("postgres://u:secret@db.example.com:port/d")]
    public void What_would_go_in_clear_or_cannot_be_read_is_refused_without_showing_the_password(string url)
    {
        var refusal = Assert.Throws<FormatException>(() => PostgresAddress.Parse(url));
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_opens_as_sqlite_and_a_url_as_postgresql()
    {
        var folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
        await using var sqlite = DatabaseFactory.Open(folder);
        await using var postgres = DatabaseFactory.Open("postgres://u@localhost/d");
        Assert.Equal(("sqlite", "postgresql"), (sqlite.Kind, postgres.Kind));
        Directory.Delete(folder, recursive: true);
    }
}
