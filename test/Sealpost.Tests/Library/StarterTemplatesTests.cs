using System.Diagnostics;
using System.Text.Json;
using Sealpost.App.Pages.Content;
using Sealpost.Content;
using Sealpost.Library;
using Sealpost.Tests.Campaigns;

namespace Sealpost.Tests.Library;

public sealed class StarterTemplatesTests
{
    [Fact]
    public async Task Every_starter_compiles_reaches_all_its_branches_and_draws_no_warning()
    {
        await using var clinic = await TestClinic.CreateAsync();
        var studio = new MessageStudio(clinic.Context, new ContentLibrary(clinic.Context));
        foreach (var starter in StarterTemplates.All)
        {
            var report = await studio.ReportAsync(starter.Draft, TestClinic.Author, TestClinic.Token);
            Assert.True(report.Check.Set is not null, $"{starter.Name}: {string.Join("; ", report.Check.Problems)}");
            Assert.Empty(report.Missed);
            Assert.Empty(report.Advice.Where(piece => piece.Weight == Sealpost.Content.Advice.AdviceWeight.Warning).Select(piece => $"{starter.Name}: {piece.Message}"));
        }
    }

    [Fact]
    public async Task The_visual_editor_gives_a_template_back_as_it_came()
    {
        const string Odd = "<mjml>\n<mj-body>\n{% if patient.age > 50 %}\n<mj-section background-color=\"{% brand primary %}\"><mj-column><mj-image src=\"https://clinic.example/i/1/a.png\" alt=\"\"/><mj-text>a < b {{ x }} {% for c in conditions %}{{ c.name }}{% endfor %}</mj-text></mj-column></mj-section>\n{% endif %}\n<!-- note -->\n<mj-section><mj-column><mj-button href=\"https://clinic.example/\">Go</mj-button></mj-column></mj-section>\n</mj-body>\n</mjml>\n";
        var bodies = StarterTemplates.All.Where(starter => starter.Draft.Format == BodyFormat.Mjml).SelectMany(starter => starter.Draft.All).Select(variant => variant.Body).Append(Odd).ToList();
        var canvas = Path.Combine(TestData.Repository, "src", "Sealpost.App", "Pages", "Content", "Editors", "canvas.js");
        var script = $"import {{ readFileSync }} from 'fs'; const {{ Translation }} = await import('file://{canvas}'); const bodies = JSON.parse(readFileSync(0, 'utf8')); const t = new Translation({{ primary: '#1f5f5b', surface: '#ffffff', background: '#f2f4f3', font: \"Arial, Helvetica, sans-serif\", 'heading-font': \"Georgia, 'Times New Roman', serif\", radius: '6px' }}, 'https://clinic.example/'); console.log(JSON.stringify(bodies.map(body => t.toSource(t.toCanvas(body)))));";
        using var node = Process.Start(new ProcessStartInfo("node", ["--no-warnings", "--input-type=module", "-e", script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        await node.StandardInput.WriteAsync(JsonSerializer.Serialize(bodies));
        node.StandardInput.Close();
        var output = await node.StandardOutput.ReadToEndAsync(TestClinic.Token);
        var error = await node.StandardError.ReadToEndAsync(TestClinic.Token);
        await node.WaitForExitAsync(TestClinic.Token);
        Assert.True(node.ExitCode == 0, error);
        var back = JsonSerializer.Deserialize<List<string>>(output)!;
        Assert.Equal(bodies.Select(Plain), back.Select(Plain));
    }

    /// <summary>Without the white space between elements, and void elements written one way.</summary>
    private static string Plain(string mjml)
    {
        var plain = string.Join(' ', mjml.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var (open, close) in new[] { ('>', '<'), ('>', '{'), ('}', '<'), ('}', '{') })
            plain = plain.Replace($"{open} {close}", $"{open}{close}", StringComparison.Ordinal);
        return plain.Replace(" />", "/>", StringComparison.Ordinal);
    }
}
