namespace Sealpost.App.Pages.Shared;

/// <summary>Where the person was last, for the palette. Kept in the circuit alone: nothing of it is in the browser.</summary>
internal sealed class RecentPlaces
{
    private const int Most = 4;
    private readonly List<Place> _places = [];

    /// <summary>Newest first; the place where the person is now is not among them.</summary>
    public IReadOnlyList<Place> Shown => [.. _places.Skip(1).Take(Most)];

    /// <summary>Notes the place of an address within the organisation; the longest one that fits.</summary>
    public void Note(string path)
    {
        if (NavMap.Groups.SelectMany(group => group.Places).Where(place => path == place.Path || path.StartsWith(place.Path + "/", StringComparison.Ordinal)).MaxBy(place => place.Path.Length) is not { } here)
            return;
        _places.Remove(here);
        _places.Insert(0, here);
        if (_places.Count > Most + 1)
            _places.RemoveAt(_places.Count - 1);
    }
}
