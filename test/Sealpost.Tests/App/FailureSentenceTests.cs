using Sealpost.App.Commands;
using Sealpost.Patients;

namespace Sealpost.Tests.App;

public sealed class FailureSentenceTests
{
    [Fact]
    public void A_fault_of_a_library_shows_its_kind_and_never_its_message()
    {
        var sentence = CommandLine.Sentence(new KeyNotFoundException("The given key 'canary@example.com' was not present."));
        Assert.Contains("KeyNotFoundException", sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_import_says_what_to_change() =>
        Assert.Equal("Name a file.", CommandLine.Sentence(new ImportException("Name a file.")));
}
