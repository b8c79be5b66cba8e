using Sealpost.Campaigns.Attachments;
using YamlDotNet.RepresentationModel;

namespace Sealpost.Campaigns;

/// <summary>Reads the files that a campaign carries: <c>files: [leaflet.pdf, map.png]</c>, looked for beside the campaign file.</summary>
internal sealed class FilesReader(CampaignKeys keys, Func<string, byte[]?> readFile)
{
    private const string Key = "files";

    /// <summary>The files in their order; those with problems are left out.</summary>
    public IReadOnlyList<CheckedAttachment> Read()
    {
        if (!keys.Has(Key))
            return [];
        if (keys.Node(Key) is not YamlSequenceNode sequence)
        {
            keys.Add(Key, "write the files as a list: files: [leaflet.pdf, map.png]");
            return [];
        }

        var files = new List<CheckedAttachment>();
        foreach (var node in sequence.Children)
        {
            if (ReadOne(node) is { } file)
                files.Add(file);
        }

        try
        {
            CheckAttachment.Together([.. files.Select(file => (file.Name, file.Content.LongLength))]);
        }
        catch (RefusedException refused)
        {
            keys.Add(Key, refused.Message);
        }

        return files;
    }

    private CheckedAttachment? ReadOne(YamlNode node)
    {
        var (line, column) = ((int)node.Start.Line, (int)node.Start.Column);
        if (node is not YamlScalarNode { Value.Length: > 0 } scalar)
        {
            keys.Add(Key, line, column, "each file is one plain value, a path beside the campaign file");
            return null;
        }

        if (readFile(scalar.Value) is not { } content)
        {
            keys.Add(Key, line, column, $"the file \"{scalar.Value}\" cannot be read; it is looked for beside the campaign file");
            return null;
        }

        try
        {
            return CheckAttachment.Of(Path.GetFileName(scalar.Value), content);
        }
        catch (RefusedException refused)
        {
            keys.Add(Key, line, column, refused.Message);
            return null;
        }
    }
}
