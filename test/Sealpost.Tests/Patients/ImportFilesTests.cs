using System.Text;
using Sealpost.Patients;

namespace Sealpost.Tests.Patients;

public sealed class ImportFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sealpost-test-").FullName;
    private readonly ImportTally _tally = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folders_are_read_to_their_depths_and_a_circle_of_links_once()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "a", "b"));
        Write("a/b/x.ndjson", "");
        Write("a/y.json.gz", "");
        Write("a/notes.txt", "");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "a", "b", "up"), Path.Combine(_folder, "a"));
        File.CreateSymbolicLink(Path.Combine(_folder, "a", "z.ndjson"), Path.Combine(_folder, "a", "b", "x.ndjson"));
        var files = ImportFiles.Find([_folder], _tally);
        Assert.Equal(["x.ndjson", "y.json.gz"], files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal([false, true], files.Select(file => file.Compressed));
        Assert.Equal(ImportReason.SymbolicLinkLoop, Assert.Single(_tally.Result(1, 0, 0, dryRun: false).Problems).Reason);
    }

    [Fact]
    public void A_folder_of_psychotherapy_notes_is_not_opened()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "Psychotherapy-Notes"));
        Write("Psychotherapy-Notes/x.ndjson", "");
        Assert.Empty(ImportFiles.Find([_folder], _tally));
        Assert.Equal(ImportReason.PsychotherapyNotes, Assert.Single(_tally.Result(1, 0, 0, dryRun: false).Problems).Reason);
    }

    [Fact]
    public async Task A_line_beyond_the_limit_is_passed_over_and_the_next_one_read()
    {
        Write("x.ndjson", "{\"a\":1}\n{\"b\":\"" + new string('x', LineReader.MaxLineBytes + (1 << 20)) + "\"}\r\n{\"c\":3}\n\n{\"d\":4}");
        Assert.Equal([(1L, "{\"a\":1}"), (3, "{\"c\":3}"), (5, "{\"d\":4}")], await ReadAsync("x.ndjson"));
        var problem = Assert.Single(_tally.Result(1, 0, 0, dryRun: false).Problems);
        Assert.Equal((2L, ImportReason.TooLong), (problem.Line, problem.Reason));
    }

    [Theory]
    [InlineData("{\n \"a\": [\n 1 ]\n}", 1)]
    [InlineData("\uFEFF{\n}\n", 1)]
    [InlineData("\n\n{\"a\":1}\n{\"a\":2}\n", 2)]
    [InlineData("not json\n{\"a\":1}", 2)]
    [InlineData("", 0)]
    public async Task A_file_is_lines_or_one_document(string text, int parts)
    {
        Write("x.json", text);
        Assert.Equal(parts, (await ReadAsync("x.json")).Count);
    }

    [Fact]
    public async Task Lines_come_whole_whatever_their_length()
    {
        var lines = Enumerable.Range(0, 60).Select(number => "{\"a\":\"" + new string((char)('a' + (number % 26)), number * number * 100) + "\"}").ToList();
        Write("x.ndjson", string.Join('\n', lines));
        Assert.Equal(lines, (await ReadAsync("x.ndjson")).Select(line => line.Text));
    }

    [Fact]
    public void What_is_spilled_is_sealed_comes_back_and_is_gone_at_the_end()
    {
        var clear = Encoding.UTF8.GetBytes("ada.muster@example.com and a rare condition");
        using (var spill = new SpillStore(Path.Combine(_folder, "spill"), partitions: 2, memoryBudgetBytes: 0))
        {
            spill.Append(0, clear);
            spill.Append(1, clear);
            spill.Append(0, clear);
            Assert.Equal(3 * (clear.Length + 16), spill.SpilledBytes);
            Assert.Equal([clear, clear], spill.Read(0));
            if (OperatingSystem.IsLinux())
            {
                var open = Directory.GetFiles("/proc/self/fd").Single(handle => File.ResolveLinkTarget(handle, returnFinalTarget: false)?.FullName.Contains(_folder, StringComparison.Ordinal) == true);
                var bytes = File.ReadAllBytes(open);
                Assert.Equal(-1, bytes.AsSpan().IndexOf("ada.muster"u8));
                Assert.Equal(3 * (clear.Length + 16), bytes.Length);
            }
        }

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "spill")));
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private async Task<List<(long Line, string Text)>> ReadAsync(string name)
    {
        List<(long, string)> lines = [];
        await foreach (var batch in new LineReader(new ImportFile(0, Path.Combine(_folder, name), Compressed: false), _tally).ReadAsync(Token))
        {
            using (batch)
            {
                foreach (var (offset, length, line) in batch.Lines)
                    lines.Add((line, Encoding.UTF8.GetString(batch.Text(offset, length).Span)));
            }
        }

        return lines;
    }
}
