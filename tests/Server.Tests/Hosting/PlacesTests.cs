using Latchkey.Server.Hosting;
using Xunit;

namespace Latchkey.Server.Tests.Hosting;

public class PlacesTests
{
    [Fact]
    public void One_network_cannot_take_them_all()
    {
        var places = new Places(5, networkMax: 2);
        Assert.NotNull(places.TryTake("flood"));
        Assert.NotNull(places.TryTake("flood"));
        Assert.Null(places.TryTake("flood"));
        Assert.NotNull(places.TryTake("office"));
    }

    [Fact]
    public void All_networks_together_take_no_more_than_there_are()
    {
        var places = new Places(3, networkMax: 2);
        Assert.All(new[] { "a", "b", "c" }, network => Assert.NotNull(places.TryTake(network)));
        Assert.Null(places.TryTake("d"));
    }

    [Fact]
    public void A_place_is_given_back_once()
    {
        var places = new Places(2, networkMax: 1);
        var first = places.TryTake("a")!;
        first.Dispose();
        first.Dispose();
        Assert.NotNull(places.TryTake("a"));
        Assert.NotNull(places.TryTake("b"));
        Assert.Null(places.TryTake("c"));
    }
}
