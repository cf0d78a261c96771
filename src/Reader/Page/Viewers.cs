using System.Threading.Channels;

namespace Latchkey.Reader.Page;

/// <summary>Those who look at the page now. A change is a hint: whoever is slow gets the newest state once, not each one in turn.</summary>
public sealed class Viewers
{
    public const int ViewersMax = 8;

    private readonly Lock gate = new();
    private readonly HashSet<Channel<bool>> viewers = [];

    public void Tell()
    {
        lock (gate)
        {
            foreach (var viewer in viewers)
                viewer.Writer.TryWrite(true);
        }
    }

    /// <summary>Null when there are enough.</summary>
    public ChannelReader<bool>? Join(out Action leave)
    {
        var viewer = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        viewer.Writer.TryWrite(true);
        lock (gate)
        {
            leave = () =>
            {
                lock (gate)
                    viewers.Remove(viewer);
            };
            if (viewers.Count >= ViewersMax)
                return null;
            viewers.Add(viewer);
        }

        return viewer.Reader;
    }
}
