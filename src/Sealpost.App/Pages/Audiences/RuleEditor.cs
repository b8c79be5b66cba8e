using Sealpost.Audience;

namespace Sealpost.App.Pages.Audiences;

/// <summary>A rule being edited as text and as tree at once: what stands in the text, the last rule that could be read from it, and the way back.</summary>
internal sealed class RuleEditor
{
    private const int StepsKept = 200;

    private readonly List<string> _before = [];
    private readonly List<string> _after = [];

    /// <summary>As typed, or the canonical text of the tree.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The rule; where the text cannot be read, the last one that could. Null for none.</summary>
    public AudienceQuery? Query { get; private set; }

    /// <summary>What reading the text gave.</summary>
    public AudienceParse Parsed { get; private set; } = new(null, null, 0);

    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <summary>The text can be read: tree and text say the same.</summary>
    public bool IsInStep => IsEmpty || Parsed.Query is not null;

    public bool CanUndo => _before.Count > 0;

    public bool CanRedo => _after.Count > 0;

    /// <summary>Begins with a text; there is nothing to undo.</summary>
    public void Open(string text)
    {
        _before.Clear();
        _after.Clear();
        Take(text);
    }

    /// <summary>Takes what was typed. True where it differs.</summary>
    public bool Type(string text)
    {
        if (text == Text)
            return false;
        Remember();
        Take(text);
        return true;
    }

    /// <summary>Takes an edited tree.</summary>
    public void Put(AudienceQuery? query) => Type(query?.ToText() ?? "");

    /// <summary>Goes one step back. False where there is none.</summary>
    public bool Undo() => Step(_before, _after);

    /// <summary>Goes one step forward again. False where there is none.</summary>
    public bool Redo() => Step(_after, _before);

    private bool Step(List<string> from, List<string> to)
    {
        if (from.Count == 0)
            return false;
        to.Add(Text);
        var text = from[^1];
        from.RemoveAt(from.Count - 1);
        Take(text);
        return true;
    }

    private void Remember()
    {
        _after.Clear();
        _before.Add(Text);
        if (_before.Count > StepsKept)
            _before.RemoveAt(0);
    }

    private void Take(string text)
    {
        Text = text;
        Parsed = IsEmpty ? new AudienceParse(null, null, 0) : AudienceQuery.Parse(text);
        if (IsEmpty || Parsed.Query is not null)
            Query = Parsed.Query;
    }
}
