using Jint;
using Jint.Native;
using Jint.Runtime;

namespace Sealpost.Content.Mjml;

/// <summary>One JavaScript engine holding the MJML compiler: no network, no files, no access to .NET. Not thread-safe.</summary>
internal sealed class MjmlEngine : IDisposable
{
    /// <summary>Longest compilation. A cold engine takes about four seconds for its first large template.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>Bytes one compilation may allocate, whether collected since or not.</summary>
    public const long MaxAllocation = 4_000_000_000;

    private const string Resource = "Sealpost.Content.Mjml.mjml.js";

    // The bundle asks for cheerio only to inline style sheets and to set attributes by selector, which are refused before it runs.
    private const string Host =
        """
        var exports = {}, module = { exports: exports }, self = globalThis;
        function require(name) {
          return { load: function () { throw new Error('mj-style inline="inline" and mj-html-attributes are not available'); } };
        }
        """;

    private const string Entry = "(function (source) { var compile = module.exports.default || module.exports; return compile(source, { validationLevel: 'soft', fonts: {}, keepComments: true }); })";

    private static readonly Lazy<Prepared<Acornima.Ast.Script>> Bundle = new(Load);

    private readonly Engine engine = new(options => options
        .TimeoutInterval(Timeout)
        .LimitMemory(MaxAllocation)
        .LimitRecursion(5_000)
        .MaxArraySize(1_000_000)
        .RegexTimeoutInterval(TimeSpan.FromSeconds(5)));

    private readonly JsValue entry;

    /// <summary>Loads the compiler.</summary>
    public MjmlEngine()
    {
        engine.Execute(Host);
        engine.Execute(Bundle.Value);
        entry = engine.Evaluate(Entry);
    }

    /// <summary>Compiles; throws <see cref="JintException"/> or <see cref="TimeoutException"/>, after which the engine is to be dropped.</summary>
    public MjmlOutput Compile(string source)
    {
        var result = engine.Invoke(entry, source).UnwrapIfPromise(Timeout).AsObject();
        var errors = result.Get("errors").AsArray().Select(error => error.AsObject())
            .Select(error => new MjmlError(Line(error.Get("line")), error.Get("message").ToString())).ToList();
        return new MjmlOutput(result.Get("html").ToString(), errors);
    }

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();

    private static int Line(JsValue value) => value.IsNumber() && value.AsNumber() is > 0 and < 1_000_000 ? (int)value.AsNumber() : 1;

    private static Prepared<Acornima.Ast.Script> Load()
    {
        using var stream = typeof(MjmlEngine).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("This build lacks the MJML compiler: build again with Node.js installed.");
        using var reader = new StreamReader(stream);
        return Engine.PrepareScript(reader.ReadToEnd());
    }
}

/// <summary>What a compilation gave.</summary>
/// <param name="Html">The HTML.</param>
/// <param name="Errors">What MJML's own rules refuse.</param>
internal sealed record MjmlOutput(string Html, IReadOnlyList<MjmlError> Errors);

/// <summary>One thing MJML refuses.</summary>
/// <param name="Line">Line from 1.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record MjmlError(int Line, string Message);
