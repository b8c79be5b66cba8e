namespace Sealpost.Trust.Sealing;

/// <summary>A clear value that is protected health information; prints as <c>[phi]</c> wherever it is formatted.</summary>
/// <remarks>45 CFR 160.103. Open it only where the value is used, and never pass the result to a log, an exception or a URL.</remarks>
/// <typeparam name="T">The clear type.</typeparam>
/// <param name="value">The clear value.</param>
public readonly struct Phi<T>(T value) : IEquatable<Phi<T>>
{
    private readonly T _value = value;

    /// <summary>The clear value.</summary>
    public T Open() => _value;

    /// <summary>Always <c>[phi]</c>.</summary>
    public override string ToString() => "[phi]";

    /// <inheritdoc/>
    public bool Equals(Phi<T> other) => EqualityComparer<T>.Default.Equals(_value, other._value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Phi<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : EqualityComparer<T>.Default.GetHashCode(_value);

    /// <summary>Compares the clear values.</summary>
    public static bool operator ==(Phi<T> left, Phi<T> right) => left.Equals(right);

    /// <summary>Compares the clear values.</summary>
    public static bool operator !=(Phi<T> left, Phi<T> right) => !left.Equals(right);
}
