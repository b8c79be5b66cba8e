using Microsoft.Playwright;
using Sealpost.Imports;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.Imports;

/// <summary>Handing files over, by clicks.</summary>
internal static class ImportClicks
{
    /// <summary>Hands files over on the page of a new import.</summary>
    public static async Task HandOverAsync(this AtBrowser person, params IReadOnlyList<string> files)
    {
        await person.Page.SetInputFilesAsync("#files", files);
        await Assertions.Expect(person.Page.Locator(".file-list li")).ToHaveCountAsync(files.Count);
    }

    /// <summary>Imports what was handed over as FHIR, and waits until it is in.</summary>
    public static async Task ImportFhirAsync(this AtBrowser person, string source)
    {
        await person.Page.FillAsync("#source", source);
        await person.Page.Locator("form:has(#source) button[type=submit]").ClickAsync();
        await person.ImportedAsync();
    }

    /// <summary>Says what the columns of a table mean, and imports it.</summary>
    public static async Task ImportTableAsync(this AtBrowser person, string source, bool create, params IReadOnlyList<ColumnMeaning> columns)
    {
        await person.Page.FillAsync("#csv-source", source);
        foreach (var (index, meaning) in columns.Index())
            await person.Page.SelectOptionAsync($"#means-{index}", meaning.ToString());
        await person.Page.GetByText("Make patients for rows that match nobody").SetCheckedAsync(create);
        await person.Page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await person.ImportedAsync();
    }

    /// <summary>Trusts a source's addresses, in a person's own words.</summary>
    public static async Task AttestAsync(this AtBrowser person, string source, string statement)
    {
        await person.Button($"Attest {source}").ClickAsync();
        await person.Page.FillAsync("#statement", statement);
        await person.Page.GetByRole(AriaRole.Button, new() { Name = "Attest", Exact = true }).ClickAsync();
        await Assertions.Expect(person.Button($"Withdraw trust in {source}")).ToBeVisibleAsync();
    }

    private static Task ImportedAsync(this AtBrowser person) => Assertions.Expect(person.Page.GetByRole(AriaRole.Heading, new() { Name = "Imported" })).ToBeVisibleAsync();
}
