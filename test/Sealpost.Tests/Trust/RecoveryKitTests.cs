using Sealpost.Trust.Keys;

namespace Sealpost.Tests.Trust;

public sealed class RecoveryKitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("a new passphrase")]
    public async Task A_lost_key_file_is_restored_from_the_printed_kit(string? passphrase)
    {
        using var source = await FileKeySource.CreateAsync(_folder.File("root.key"), "forgotten", Cancel);
        var wrapped = await source.WrapAsync(new byte[32], Cancel);
        var printed = source.MakeRecoveryKit().ToText();
        using var restored = await RecoveryKit.RestoreAsync(printed, _folder.File("restored.key"), passphrase, Cancel);
        using var reopened = await FileKeySource.OpenAsync(_folder.File("restored.key"), passphrase, Cancel);
        Assert.Equal(new byte[32], await restored.UnwrapAsync(wrapped, Cancel));
        Assert.Equal(new byte[32], await reopened.UnwrapAsync(wrapped, Cancel));
    }

    [Fact]
    public async Task A_kit_typed_by_hand_in_lower_case_without_spaces_is_read()
    {
        using var source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        var typed = string.Join('\n', KeyLines(source).Select(line => line[..2] + line[2..].Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant().Replace('0', 'o').Replace('1', 'l')));
        using var restored = await RecoveryKit.RestoreAsync(typed, _folder.File("restored.key"), null, Cancel);
        Assert.Equal(source.MakeRecoveryKit().Name, restored.MakeRecoveryKit().Name);
    }

    [Fact]
    public async Task A_mistyped_line_is_named_and_no_file_is_written()
    {
        using var source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        var lines = KeyLines(source);
        lines[3] = lines[3][..^1] + (lines[3][^1] == '7' ? '8' : '7');
        var error = await Assert.ThrowsAsync<FormatException>(() => RecoveryKit.RestoreAsync(string.Join('\n', lines), _folder.File("restored.key"), null, Cancel));
        Assert.Contains("Line 4", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("restored.key")));
    }

    [Fact]
    public async Task Lines_of_two_kits_are_not_mixed()
    {
        using var one = await FileKeySource.CreateAsync(_folder.File("one.key"), null, Cancel);
        using var two = await FileKeySource.CreateAsync(_folder.File("two.key"), null, Cancel);
        string[] mixed = [.. KeyLines(one)[..2], .. KeyLines(two)[2..]];
        var error = await Assert.ThrowsAsync<FormatException>(() => RecoveryKit.RestoreAsync(string.Join('\n', mixed), _folder.File("restored.key"), null, Cancel));
        Assert.Contains("same sheet", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_line_is_named()
    {
        using var source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        var error = await Assert.ThrowsAsync<FormatException>(() => RecoveryKit.RestoreAsync(string.Join('\n', KeyLines(source)[..4]), _folder.File("restored.key"), null, Cancel));
        Assert.Contains("Line 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kit_does_not_print_its_key_by_accident()
    {
        using var source = await FileKeySource.CreateAsync(_folder.File("root.key"), null, Cancel);
        Assert.Equal($"recovery kit of root key {source.MakeRecoveryKit().Name}", $"{source.MakeRecoveryKit()}");
    }

    private static string[] KeyLines(FileKeySource source) =>
        [.. source.MakeRecoveryKit().ToText().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 2 && line[1] == '.')];
}
