using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sealpost.App.Hosting.Health;

/// <summary>One figure of a metric.</summary>
/// <param name="Labels">Labels, as name and value.</param>
/// <param name="Value">The figure; of a histogram, the sum.</param>
/// <param name="Count">Of a histogram, how many were measured; 0 otherwise.</param>
/// <param name="Buckets">Of a histogram, upper bounds with how many were at most that.</param>
internal sealed record MetricFigure(IReadOnlyList<(string Name, string Value)> Labels, double Value, long Count, IReadOnlyList<(double Bound, long Count)> Buckets);

/// <summary>A metric as it stands.</summary>
/// <param name="Name">OpenTelemetry name.</param>
/// <param name="Unit">UCUM unit.</param>
/// <param name="Description">What it means.</param>
/// <param name="Kind">counter, gauge or histogram.</param>
/// <param name="Figures">One for each set of labels.</param>
internal sealed record MetricLine(string Name, string Unit, string Description, string Kind, IReadOnlyList<MetricFigure> Figures);

/// <summary>Takes what OpenTelemetry collected, for the health page and for a scrape. Nothing leaves by itself.</summary>
[ExportModes(ExportModes.Push)] // A reader collects for a pulling exporter only within that exporter's own request.
internal sealed class MetricShelf : BaseExporter<Metric>
{
    private volatile IReadOnlyList<MetricLine> _lines = [];

    /// <summary>As last collected.</summary>
    public IReadOnlyList<MetricLine> Lines => _lines;

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var lines = new List<MetricLine>();
        foreach (var metric in batch)
            lines.Add(Read(metric));
        _lines = [.. lines.OrderBy(line => line.Name, StringComparer.Ordinal)];
        return ExportResult.Success;
    }

    /// <summary>The lines in the text format that Prometheus reads, version 0.0.4.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var line in _lines)
        {
            var name = Name(line);
            text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {line.Description.ReplaceLineEndings(" ")}\n# TYPE {name} {line.Kind}\n");
            foreach (var figure in line.Figures)
                Append(text, name, line.Kind, figure);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string name, string kind, MetricFigure figure)
    {
        if (kind != "histogram")
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}{Labels(figure.Labels)} {figure.Value}\n");
            return;
        }

        foreach (var (bound, count) in figure.Buckets)
            text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{Labels([.. figure.Labels, ("le", double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString(CultureInfo.InvariantCulture))])} {count}\n");
        text.Append(CultureInfo.InvariantCulture, $"{name}_sum{Labels(figure.Labels)} {figure.Value}\n{name}_count{Labels(figure.Labels)} {figure.Count}\n");
    }

    private static string Name(MetricLine line)
    {
        var unit = line.Unit switch { "s" => "_seconds", "By" => "_bytes", "ms" => "_milliseconds", _ => "" };
        var name = new string([.. line.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')]) + unit;
        return line.Kind == "counter" ? name + "_total" : name;
    }

    private static string Labels(IReadOnlyList<(string Name, string Value)> labels) => labels.Count == 0 ? "" :
        "{" + string.Join(',', labels.Select(label => $"{new string([.. label.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')])}=\"{label.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n")}\"")) + "}";

    private static MetricLine Read(Metric metric)
    {
        var figures = new List<MetricFigure>();
        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var labels = new List<(string, string)>();
            foreach (var tag in point.Tags)
                labels.Add((tag.Key, Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? ""));
            figures.Add(Read(metric.MetricType, in point, labels));
        }

        var kind = metric.MetricType switch
        {
            MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
            MetricType.LongSum or MetricType.DoubleSum => "counter",
            _ => "gauge",
        };
        return new MetricLine(metric.Name, metric.Unit, metric.Description, kind, figures);
    }

    private static MetricFigure Read(MetricType type, in MetricPoint point, List<(string, string)> labels)
    {
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                return new MetricFigure(labels, point.GetSumLong(), 0, []);
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                return new MetricFigure(labels, point.GetSumDouble(), 0, []);
            case MetricType.LongGauge:
                return new MetricFigure(labels, point.GetGaugeLastValueLong(), 0, []);
            case MetricType.DoubleGauge:
                return new MetricFigure(labels, point.GetGaugeLastValueDouble(), 0, []);
            default:
                var buckets = new List<(double, long)>();
                var below = 0L;
                foreach (var bucket in point.GetHistogramBuckets())
                    buckets.Add((bucket.ExplicitBound, below += bucket.BucketCount));
                return new MetricFigure(labels, point.GetHistogramSum(), point.GetHistogramCount(), buckets);
        }
    }
}
