using Sealpost.Campaigns.Destinations;
using Sealpost.Running;

namespace Sealpost.App.Pages.Campaigns;

/// <summary>How far a look at mail hosts is, as the shelf of long work shows it. Probes end in any order: the one that is furthest counts.</summary>
internal sealed class LookProgress(IProgress<WorkProgress> shown) : IProgress<ProbeProgress>
{
    private readonly Lock _lock = new();
    private int _done = -1;

    public void Report(ProbeProgress value)
    {
        lock (_lock)
        {
            if (value.Done <= _done)
                return;
            _done = value.Done;
            shown.Report(new WorkProgress($"{value.Done} of {value.Total} domains were looked at", value.Total == 0 ? 0 : (double)value.Done / value.Total));
        }
    }
}
