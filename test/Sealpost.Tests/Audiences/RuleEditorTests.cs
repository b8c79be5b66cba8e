using Sealpost.App.Pages.Audiences;
using Sealpost.Audience;

namespace Sealpost.Tests.Audiences;

public sealed class RuleEditorTests
{
    private readonly RuleEditor _editor = new();

    [Fact]
    public void What_cannot_be_read_leaves_the_last_rule_in_the_tree()
    {
        _editor.Type("age > 5");
        _editor.Type("age > ");
        Assert.False(_editor.IsInStep);
        Assert.Equal("age > 5", _editor.Query!.ToText());
        Assert.Equal(7, _editor.Parsed.Column);
    }

    [Fact]
    public void An_edited_tree_is_written_as_text()
    {
        _editor.Type("AGE  > 5");
        _editor.Put(new NoneOf(_editor.Query!));
        Assert.Equal("not age > 5", _editor.Text);
        _editor.Put(null);
        Assert.True(_editor is { IsEmpty: true, IsInStep: true, Query: null });
    }

    [Fact]
    public void Steps_are_undone_and_done_again_until_something_new_is_typed()
    {
        _editor.Open("age > 1");
        _editor.Type("age > 2");
        _editor.Type("age > 3");
        Assert.True(_editor.Undo() && _editor.Undo() && !_editor.Undo());
        Assert.Equal("age > 1", _editor.Text);
        Assert.True(_editor.Redo());
        _editor.Type("age > 9");
        Assert.False(_editor.CanRedo);
        Assert.True(_editor.Undo());
        Assert.Equal("age > 2", _editor.Query!.ToText());
    }
}

public sealed class RuleModelTests
{
    private readonly RuleModel _model = new() { MayWrite = true };

    [Theory]
    [InlineData("age > 1 and age > 2 and age > 3", "0", 1, "age > 2 and age > 1 and age > 3", "1")]
    [InlineData("age > 1 and (age > 2 or age > 3)", "1.0", -1, "age > 1 and age > 2 and age > 3", "1")]
    [InlineData("(age > 2 or age > 3) and age > 1", "0.1", 1, "age > 2 and age > 3 and age > 1", "1")]
    public async Task A_part_moves_among_its_siblings_and_at_the_edge_out_of_its_group(string before, string place, int by, string after, string focus)
    {
        _model.Rule.Open(before);
        await _model.MoveAsync(place, by);
        Assert.Equal((after, focus), (_model.Rule.Text, _model.FocusNext));
    }

    [Fact]
    public async Task A_new_rule_joins_only_once_it_is_whole()
    {
        _model.Rule.Open("sex = female");
        _model.Add("", all: true);
        _model.Choose(RuleKind.Age);
        await _model.FinishAsync();
        Assert.Equal("Enter a number.", _model.Edited!.Problem);
        await _model.UpdateAsync(form => form with { Number = 50 });
        Assert.Equal("sex = female", _model.Rule.Text);
        await _model.FinishAsync();
        Assert.Equal(("sex = female and age >= 50", "1"), (_model.Rule.Text, _model.FocusNext));
        Assert.Null(_model.Edited);
    }

    [Fact]
    public async Task Fields_typed_faster_than_the_page_draws_are_all_kept()
    {
        _model.Rule.Open("sex = female");
        _model.Add("", all: true);
        _model.Choose(RuleKind.Age);

        // Both were made from the same drawing of the page, as they arrive over a slow line.
        Func<RuleForm, RuleForm>[] typed = [form => form with { Compare = "between" }, form => form with { Number = 30 }, form => form with { UpTo = 80 }];
        foreach (var change in typed)
            await _model.UpdateAsync(change);
        await _model.FinishAsync();
        Assert.Equal("sex = female and age between 30 and 80", _model.Rule.Text);
    }

    [Fact]
    public async Task A_part_is_dropped_before_another_or_into_a_group()
    {
        _model.Rule.Open("age > 1 and age > 2 and (age > 3 or age > 4)");
        await _model.DropAsync("0", "2");
        Assert.Equal("age > 2 and (age > 3 or age > 4 or age > 1)", _model.Rule.Text);
        await _model.DropAsync("1.2", "0");
        Assert.Equal("age > 1 and age > 2 and (age > 3 or age > 4)", _model.Rule.Text);
    }

    [Fact]
    public async Task Whoever_may_not_write_changes_nothing()
    {
        var model = new RuleModel();
        model.Rule.Open("age > 1");
        await model.NegateAsync("");
        Assert.Equal("age > 1", model.Rule.Text);
    }
}
