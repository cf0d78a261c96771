using System.Collections.Immutable;
using System.Formats.Cbor;
using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Bundles;

// One section of the bundle: how it is written, read, compared and changed. The list of all of them is BundleWire.Sections.
internal abstract class Section(int number)
{
    public int Number => number;

    public abstract void Write(CborWriter writer, Bundle bundle);

    public abstract Bundle Read(CborSource source, Bundle bundle);

    // Writes the changes of this section, each an array that starts with its number.
    public abstract int Diff(CborWriter writer, Bundle from, Bundle to);

    // Takes what stands behind the number in a change.
    public abstract Bundle Change(CborSource source, int items, Bundle bundle, Order order);
}

// Changes stand in the order of their sections, and of the keys within, each once: one way to write a delta.
internal sealed class Order
{
    private int section;
    private object? key;

    public void Next(int next)
    {
        if (next < section)
            throw CborSource.Refuse("changes out of order");
        if (next > section)
            (section, key) = (next, null);
    }

    public void NextKey<TKey>(TKey next)
        where TKey : IComparable<TKey>
    {
        if (key is TKey last && next.CompareTo(last) <= 0)
            throw CborSource.Refuse("changes out of order");
        key = next;
    }
}

// Changes as a whole.
internal sealed class Whole<T>(
    int number, Func<Bundle, T> get, Func<Bundle, T, Bundle> set, Action<CborWriter, T> write, Func<CborSource, T> read,
    Func<T, T, bool> same)
    : Section(number)
{
    public override void Write(CborWriter writer, Bundle bundle) => write(writer, get(bundle));

    public override Bundle Read(CborSource source, Bundle bundle) => set(bundle, read(source));

    public override int Diff(CborWriter writer, Bundle from, Bundle to)
    {
        if (same(get(from), get(to)))
            return 0;
        writer.WriteStartArray(2);
        writer.WriteInt32(Number);
        write(writer, get(to));
        writer.WriteEndArray();
        return 1;
    }

    public override Bundle Change(CborSource source, int items, Bundle bundle, Order order)
    {
        if (items != 2)
            throw CborSource.Refuse("a section changes as a whole");
        order.NextKey(0);
        return set(bundle, read(source));
    }
}

// Changes entry by entry.
internal sealed class Table<TKey, TValue>(
    int number,
    Func<Bundle, ImmutableSortedDictionary<TKey, TValue>> get, Func<Bundle, ImmutableSortedDictionary<TKey, TValue>, Bundle> set,
    Action<CborWriter, TKey> writeKey, Func<CborSource, TKey> readKey,
    Action<CborWriter, TValue> writeValue, Func<CborSource, TValue> readValue)
    : Section(number)
    where TKey : notnull, IComparable<TKey>
{
    public override void Write(CborWriter writer, Bundle bundle)
    {
        var table = get(bundle);
        writer.WriteStartMap(table.Count);
        foreach (var (key, value) in table)
        {
            writeKey(writer, key);
            writeValue(writer, value);
        }

        writer.WriteEndMap();
    }

    public override Bundle Read(CborSource source, Bundle bundle) =>
        set(bundle, ImmutableSortedDictionary.CreateRange(source.Table(int.MaxValue, readKey, readValue)));

    public override int Diff(CborWriter writer, Bundle from, Bundle to)
    {
        var (old, next) = (get(from), get(to));
        if (ReferenceEquals(old, next))
            return 0;
        var keys = new SortedSet<TKey>(old.Keys);
        keys.UnionWith(next.Keys);
        var changes = 0;
        foreach (var key in keys)
        {
            var stays = next.TryGetValue(key, out var value);
            if (stays && old.TryGetValue(key, out var before) && EqualityComparer<TValue>.Default.Equals(before, value))
                continue;
            changes++;
            writer.WriteStartArray(stays ? 3 : 2);
            writer.WriteInt32(Number);
            writeKey(writer, key);
            if (stays)
                writeValue(writer, value!);
            writer.WriteEndArray();
        }

        return changes;
    }

    public override Bundle Change(CborSource source, int items, Bundle bundle, Order order)
    {
        var key = readKey(source);
        order.NextKey(key);
        return set(bundle, items == 3 ? get(bundle).SetItem(key, readValue(source)) : get(bundle).Remove(key));
    }
}
