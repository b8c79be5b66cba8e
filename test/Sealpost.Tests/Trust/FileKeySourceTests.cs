using Sealpost.Trust.Keys;
using Sealpost.Trust.Sealing;

namespace Sealpost.Tests.Trust;

public sealed class FileKeySourceTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string RootFile => _folder.File("root.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_key_file_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix");
        using var source = await FileKeySource.CreateAsync(RootFile, null, Cancel);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(RootFile));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public async Task A_key_file_that_others_may_use_is_refused_with_the_way_to_mend_it(UnixFileMode others)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix");
        using var source = await FileKeySource.CreateAsync(RootFile, null, Cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(RootFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        var error = await Assert.ThrowsAsync<SealException>(() => FileKeySource.OpenAsync(RootFile, null, Cancel));
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "file")]
    [InlineData("correct horse", "file+passphrase")]
    public async Task A_key_wrapped_before_a_restart_unwraps_after_it(string? passphrase, string kind)
    {
        byte[] wrapped;
        using (var source = await FileKeySource.CreateAsync(RootFile, passphrase, Cancel))
            wrapped = await source.WrapAsync(Key, Cancel);
        using var again = await FileKeySource.OpenAsync(RootFile, passphrase, Cancel);
        Assert.Equal(kind, again.Kind);
        Assert.Equal(Key, await again.UnwrapAsync(wrapped, Cancel));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong horse")]
    public async Task A_file_behind_a_passphrase_does_not_open_without_it(string? passphrase)
    {
        using var source = await FileKeySource.CreateAsync(RootFile, "correct horse", Cancel);
        await Assert.ThrowsAsync<SealException>(() => FileKeySource.OpenAsync(RootFile, passphrase, Cancel));
    }

    [Fact]
    public async Task An_existing_key_file_is_never_overwritten()
    {
        using var source = await FileKeySource.CreateAsync(RootFile, null, Cancel);
        var before = await File.ReadAllTextAsync(RootFile, Cancel);
        await Assert.ThrowsAsync<IOException>(() => FileKeySource.CreateAsync(RootFile, null, Cancel));
        Assert.Equal(before, await File.ReadAllTextAsync(RootFile, Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello\n")]
    [InlineData("sealpost-root-key 1\n")]
    [InlineData("sealpost-root-key 1\nroot !!!\n")]
    [InlineData("sealpost-root-key 1\nroot AAAA\n")]
    [InlineData("sealpost-root-key 1\nargon2id 5\nroot AAAA\n")]
    public async Task A_damaged_key_file_is_refused(string content)
    {
        using (await FileKeySource.CreateAsync(RootFile, null, Cancel))
            await File.WriteAllTextAsync(RootFile, content, Cancel);
        await Assert.ThrowsAsync<SealException>(() => FileKeySource.OpenAsync(RootFile, "x", Cancel));
    }

    [Fact]
    public async Task A_wrapped_key_with_any_byte_changed_does_not_unwrap()
    {
        using var source = await FileKeySource.CreateAsync(RootFile, null, Cancel);
        var wrapped = await source.WrapAsync(Key, Cancel);
        for (var i = 0; i < wrapped.Length; i++)
        {
            var changed = wrapped.ToArray();
            changed[i] ^= 1;
            await Assert.ThrowsAsync<SealException>(async () => await source.UnwrapAsync(changed, Cancel));
        }
    }

    [Fact]
    public async Task An_added_root_wraps_and_the_old_one_unwraps_until_it_is_retired()
    {
        using var source = await FileKeySource.CreateAsync(RootFile, "correct horse", Cancel);
        var old = await source.WrapAsync(Key, Cancel);
        await source.AddRootAsync(Cancel);
        var young = await source.WrapAsync(Key, Cancel);
        using (var between = await FileKeySource.OpenAsync(RootFile, "correct horse", Cancel))
        {
            Assert.Equal(2, between.RootCount);
            Assert.Equal(Key, await between.UnwrapAsync(old, Cancel));
        }

        await source.RetireOldRootsAsync(Cancel);
        using var after = await FileKeySource.OpenAsync(RootFile, "correct horse", Cancel);
        Assert.Equal(Key, await after.UnwrapAsync(young, Cancel));
        await Assert.ThrowsAsync<SealException>(async () => await after.UnwrapAsync(old, Cancel));
    }
}
