using System.Security.Cryptography;
using System.Text;
using Jint;
using Jint.Runtime;
using Sealpost.Content.Html;

namespace Sealpost.Content.Mjml;

/// <summary>Turns MJML into HTML in process; equal sources are compiled once.</summary>
internal static class MjmlBody
{
    /// <summary>Characters an MJML body may have.</summary>
    public const int MaxSource = 250_000;

    /// <summary>Elements within elements; each costs stack in the compiler.</summary>
    public const int MaxDepth = 100;

    private const int MaxCached = 32;
    private const string TooMuch = "The template is too large or too deeply nested for the MJML compiler: simplify it.";
    private const int StackBytes = 64 * 1024 * 1024;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, MjmlOutput> Cache = new(StringComparer.Ordinal);
    private static readonly Queue<string> Order = new();
    private static MjmlEngine? warm;

    /// <summary>Compiles; null where there is a problem.</summary>
    public static string? ToHtml(GuardedSource source, string file, ICollection<TemplateProblem> problems)
    {
        if (Refuse(source.Text) is { } refusal)
        {
            problems.Add(new TemplateProblem(file, source.LineOf(refusal.Line), refusal.Message));
            return null;
        }

        var output = Compile(source.Text);
        foreach (var error in output.Errors)
            problems.Add(new TemplateProblem(file, source.LineOf(error.Line), error.Message));
        return output.Errors.Count == 0 ? output.Html : null;
    }

    private static MjmlOutput Compile(string source)
    {
        var key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        lock (Gate)
        {
            if (Cache.TryGetValue(key, out var cached))
                return cached;
            var output = new MjmlOutput("", []);
            // A thread of its own: the compiler recurses with the depth of the document, and its stack must not be the caller's.
            var thread = new Thread(() => output = Run(source), StackBytes) { IsBackground = true, Name = "mjml" };
            thread.Start();
            thread.Join();
            Cache[key] = output;
            Order.Enqueue(key);
            if (Order.Count > MaxCached)
                Cache.Remove(Order.Dequeue());
            return output;
        }
    }

    private static MjmlOutput Run(string source)
    {
        var engine = warm;
        warm = null; // Kept only after a compilation that ended well.
        try
        {
            engine ??= new MjmlEngine();
            var output = engine.Compile(source);
            warm = engine;
            return output;
        }
        catch (PromiseRejectedException e)
        {
            return Failed(e.RejectedValue.IsObject() ? e.RejectedValue.AsObject().Get("message").ToString() : e.RejectedValue.ToString());
        }
        catch (JavaScriptException e)
        {
            return Failed(e.Message);
        }
        catch (JintException)
        {
            return Failed(TooMuch);
        }
        catch (TimeoutException)
        {
            return Failed(TooMuch);
        }
        catch (InvalidOperationException)
        {
            return Failed(TooMuch);
        }
    }

    private static MjmlOutput Failed(string message) => new("", [new MjmlError(1, message.Split('\n')[0])]);

    private static MjmlError? Refuse(string text)
    {
        if (text.Length > MaxSource)
            return new MjmlError(1, $"The body is longer than {MaxSource} characters: shorten it.");
        foreach (var (needle, why) in Unavailable)
        {
            var at = text.IndexOf(needle, StringComparison.OrdinalIgnoreCase);
            if (at >= 0)
                return new MjmlError(1 + text.AsSpan(0, at).Count('\n'), why);
        }

        return MjmlDepth.Exceeds(text, MaxDepth) ? new MjmlError(1, $"Elements are nested more than {MaxDepth} deep: simplify.") : null;
    }

    private static readonly (string Needle, string Why)[] Unavailable =
    [
        ("<mj-include", "mj-include is not available: put the part into this file."),
        ("<mj-html-attributes", "mj-html-attributes is not available: set the attributes on the elements."),
    ];
}
