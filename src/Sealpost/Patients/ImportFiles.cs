namespace Sealpost.Patients;

/// <summary>One input file.</summary>
/// <param name="Ordinal">Place in reading order, from 0.</param>
/// <param name="Path">Path to open.</param>
/// <param name="Compressed">gzip.</param>
internal sealed record ImportFile(int Ordinal, string Path, bool Compressed)
{
    /// <summary>Size; for a file on disk, asked of the disk.</summary>
    public long Bytes
    {
        get => Content is null ? new FileInfo(Path).Length : field;
        init;
    }

    /// <summary>Opens the content of a file that is not on disk in the clear; null where it is at its path.</summary>
    public Func<Stream>? Content { get; init; }

    /// <summary>Opens it as it is, packed or not.</summary>
    public Stream Open(int bufferBytes) =>
        Content?.Invoke() ?? new FileStream(Path, new FileStreamOptions { Options = FileOptions.SequentialScan | FileOptions.Asynchronous, BufferSize = bufferBytes });

    public ImportPlace At(long line) => new(Ordinal, Path, line);
}

/// <summary>Finds the files an import reads: those named, and those in named folders by extension.</summary>
internal static class ImportFiles
{
    private static readonly string[] Extensions = [".ndjson", ".jsonl", ".json", ".ndjson.gz", ".jsonl.gz", ".json.gz"];

    /// <summary>Lists the files in order of name, each once, whatever links lead to it.</summary>
    /// <exception cref="ImportException">A named path does not exist.</exception>
    public static IReadOnlyList<ImportFile> Find(IReadOnlyList<string> paths, ImportTally tally)
    {
        List<ImportFile> files = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
                Walk(new DirectoryInfo(path), seen, files, tally);
            else if (File.Exists(path))
                Add(new FileInfo(path), seen, files);
            else
                throw new ImportException("A path to import does not exist: name files (.ndjson, .json, .gz of each) or folders that do.");
        }

        return files;
    }

    private static void Walk(DirectoryInfo folder, HashSet<string> seen, List<ImportFile> files, ImportTally tally)
    {
        var place = new ImportPlace(files.Count, folder.FullName, 0);

        // 45 CFR 164.508(a)(2): psychotherapy notes are kept apart from the record, in folders of their own; such a folder is not even opened.
        if (IsPsychotherapy(folder.Name))
        {
            tally.Skip(place, "", ImportReason.PsychotherapyNotes);
            return;
        }

        if (!seen.Add(RealPath(folder)))
        {
            tally.Skip(place, "", ImportReason.SymbolicLinkLoop);
            return;
        }

        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal).ToList())
            {
                if (entry is DirectoryInfo child)
                    Walk(child, seen, files, tally);
                else if (Extensions.Any(extension => entry.Name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
                    Add((FileInfo)entry, seen, files);
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            tally.Skip(place, "", ImportReason.Unreadable);
        }
    }

    private static void Add(FileInfo file, HashSet<string> seen, List<ImportFile> files)
    {
        if (seen.Add(RealPath(file)))
            files.Add(new ImportFile(files.Count, file.FullName, file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsPsychotherapy(string name) =>
        name.Contains("psychotherapy", StringComparison.OrdinalIgnoreCase) && name.Contains("note", StringComparison.OrdinalIgnoreCase);

    // Every part of the path may be a link: /a/loop/loop/x is /a/x.
    private static string RealPath(FileSystemInfo entry)
    {
        try
        {
            var target = entry.ResolveLinkTarget(returnFinalTarget: true) ?? entry;
            var parent = Path.GetDirectoryName(target.FullName);
            return parent is null ? target.FullName : Path.Combine(RealPath(new DirectoryInfo(parent)), Path.GetFileName(target.FullName));
        }
        catch (IOException)
        {
            // A link onto itself has no end; it stands for itself and fails on opening.
            return entry.FullName;
        }
    }
}
