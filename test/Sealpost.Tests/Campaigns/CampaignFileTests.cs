using Sealpost.Campaigns;
using Sealpost.Campaigns.Attachments;
using Sealpost.Tests.Campaigns.Attachments;

namespace Sealpost.Tests.Campaigns;

public sealed class CampaignFileTests
{
    private const string Good = """
        name: eye-exam
        purpose: TREATMENT
        remuneration: none
        from: Green Valley Clinic <care@mail.greenvalley.example>
        audience: age between 50 and 75
        subject: Your yearly eye exam
        html: body.md
        """;

    [Fact]
    public void A_good_file_is_read_whole()
    {
        var result = Read(Good + "\npreheader: Twenty minutes\nnotAfter: 2026-12-31\nrate: 50\nschedule: 2026-12-01 09:00\n");
        Assert.Empty(result.Problems);
        var content = result.Content!;
        Assert.Equal(("eye-exam", "Twenty minutes", new DateOnly(2026, 12, 31), 50), (content.Name, content.Preheader, content.NotAfter, content.Rate));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 9, 0, 0, TimeSpan.Zero), content.Schedule);
    }

    [Fact]
    public void Every_problem_is_reported_at_once_with_its_line()
    {
        var result = Read("""
            name: bad name
            purpose: TREATMEN
            remuneration: {payer: Acme, kind: money}
            from: Clinic <care@elsewhere.example>
            audience: age betwen 50 and 75
            subjct: Hello
            html: body.txt
            notAfter: 2020-01-01
            rate: fast
            """);
        Assert.Null(result.Content);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], result.Problems.Select(problem => problem.Line).Where(line => line > 0).Distinct().Order());
        Assert.Contains(result.Problems, problem => problem.Message.Contains("did you mean \"subject\"?", StringComparison.Ordinal));
        Assert.Contains(result.Problems, problem => problem.Message.Contains("did you mean \"TREATMENT\"?", StringComparison.Ordinal));
        Assert.Equal(3, result.Problems.Count(problem => problem.Line == 3));
    }

    [Fact]
    public void A_syntax_error_of_the_audience_names_its_column_in_the_file()
    {
        var problem = Assert.Single(Read(Good.Replace("age between 50 and 75", "age between x and 75", StringComparison.Ordinal)).Problems);
        Assert.Equal(("eye.yaml", 5, 11 + "age between ".Length), (problem.File, problem.Line, problem.Column));
    }

    [Fact]
    public void An_audience_cannot_refer_to_its_own_campaign() =>
        Assert.Contains("its own campaign", Assert.Single(Read(Good.Replace("age between 50 and 75", "not campaign eye-exam received", StringComparison.Ordinal)).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void A_template_problem_is_reported_in_its_own_file_and_line()
    {
        var problem = Assert.Single(Read(Good, "Hello,\n\n{{ patient.shoe_size }}\n").Problems);
        Assert.Equal(("body.md", 3), (problem.File, problem.Line));
    }

    [Fact]
    public void Health_information_in_the_subject_is_reported_at_the_subjects_line() =>
        Assert.Contains(Read(Good.Replace("Your yearly eye exam", "Your {{ patient.conditions | first }}", StringComparison.Ordinal)).Problems, problem => problem is { File: "eye.yaml", Line: 6 });

    [Fact]
    public void An_unanswered_question_about_payment_is_a_problem() =>
        Assert.Contains("remuneration: none", Assert.Single(Read(Good.Replace("remuneration: none\n", "", StringComparison.Ordinal)).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_no_yaml_is_one_problem_with_its_line() =>
        Assert.Equal(2, Assert.Single(Read("name: a\n  purpose: [\n").Problems).Line);

    [Fact]
    public void A_body_that_cannot_be_read_is_a_problem() =>
        Assert.Contains("cannot be read", Assert.Single(Read(Good.Replace("body.md", "other.md", StringComparison.Ordinal)).Problems).Message, StringComparison.Ordinal);

    [Fact]
    public void Files_are_read_beside_the_campaign_file_and_named_by_their_last_part()
    {
        var result = Read(Good + "\nfiles: [leaflets/eye.pdf, visit.ics]\n");
        Assert.Empty(result.Problems);
        Assert.Equal([("eye.pdf", AttachmentType.Pdf), ("visit.ics", AttachmentType.Calendar)], result.Files.Select(file => (file.Name, file.Type)));
    }

    [Fact]
    public void Every_file_that_is_not_taken_is_a_problem_at_its_place()
    {
        var result = Read(Good + "\nfiles:\n  - leaflets/eye.pdf\n  - missing.pdf\n  - body.txt\n  - wrong.png\n  - {a: b}\n");
        Assert.Equal([(10, 5), (12, 5), (13, 5)], result.Problems.Select(problem => (problem.Line, problem.Column!.Value)));
        Assert.Contains("one plain value", result.Problems[2].Message, StringComparison.Ordinal);
        Assert.Equal(8, Assert.Single(Read(Good + "\nfiles: leaflet.pdf\n").Problems).Line);
    }

    [Fact]
    public void No_more_than_five_files_are_taken() =>
        Assert.Contains("at most 5", Assert.Single(Read(Good + "\nfiles: [1.txt, 2.txt, 3.txt, 4.txt, 5.txt, 6.txt]\n").Problems).Message, StringComparison.Ordinal);

    private static CampaignFileResult Read(string yaml, string body = "Dear {{ patient.given_name }}, please come.\n") => CampaignFile.Read(
        "eye.yaml", yaml, name => name switch
        {
            "body.md" or "body.txt" or [>= '1' and <= '6', '.', 't', 'x', 't'] => System.Text.Encoding.UTF8.GetBytes(body),
            "leaflets/eye.pdf" or "wrong.png" => SampleFiles.Pdf,
            "visit.ics" => SampleFiles.Calendar,
            _ => null,
        }, new CampaignFileRules(TestClinic.Organisation, TestClinic.NewClock().GetUtcNow(), new HashSet<string>()));
}
