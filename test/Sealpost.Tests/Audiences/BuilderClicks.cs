using Microsoft.Playwright;
using Sealpost.Tests.Pages;

namespace Sealpost.Tests.Audiences;

/// <summary>The audience builder, by clicks.</summary>
internal static class BuilderClicks
{
    /// <summary>Begins the first rule, or one more that must hold too.</summary>
    public static async Task AddRuleAsync(this AtBrowser person, string kind)
    {
        await person.Page.Locator("[data-do=add], .rule-add-root button:has-text('and')").First.ClickAsync();
        await person.Page.ClickAsync($".rule-kinds button:has-text('{kind}')");
    }

    /// <summary>A code of the patients, found by typing it.</summary>
    public static async Task AddCodeAsync(this AtBrowser person, string kind, string code)
    {
        await person.AddRuleAsync(kind);
        await person.Page.FillAsync(".code-choice input[type=search]", code);
        await person.Page.Locator(".code-list button").Filter(new() { HasText = code }).First.ClickAsync(); // The list follows what is typed.
        await person.PutInAsync();
    }

    public static async Task AddAgesAsync(this AtBrowser person, int from, int to)
    {
        await person.AddRuleAsync("Age");
        await person.Page.SelectOptionAsync(".rule-fields select[aria-label=Compare]", "between");
        await person.Page.FillAsync(".rule-fields input[aria-label='From age']", $"{from}");
        await person.Page.FillAsync(".rule-fields input[aria-label='To age']", $"{to}");
        await person.PutInAsync();
    }

    /// <summary>Waits until the text says so.</summary>
    public static Task SaysAsync(this AtBrowser person, string query) => Assertions.Expect(person.Page.Locator(".cm-content")).ToHaveTextAsync(query);

    /// <summary>Saves it under a name, and waits until it has a number and the editor is that of its own page: the one before it takes what is typed along.</summary>
    public static async Task SaveAudienceAsync(this AtBrowser person, string name)
    {
        await person.Page.Locator(".cm-editor").EvaluateAsync("editor => editor.setAttribute('data-before', '')");
        await person.Page.ClickAsync(".page-actions .button-main");
        await person.Page.FillAsync("#audience-name", name);
        await person.Page.Keyboard.PressAsync("Enter");
        await person.Page.LeaveAsync("/new$");
        await person.ReadyAsync();
        await person.Page.Locator(".cm-editor:not([data-before])").WaitForAsync();
    }

    private static Task PutInAsync(this AtBrowser person) => person.Page.ClickAsync(".rule-fields button[type=submit]");
}
