using System.Globalization;
using Latchkey.Server.Hosting;
using Latchkey.Server.Storage;

namespace Latchkey.Server.Users;

public enum UserState
{
    Active,
    Suspended,
    Deleted,
}

/// <summary>A person who opens doors; never signs in to the console.</summary>
public sealed class User : ISearched
{
    public const int NameCharsMax = 80;
    public const int EmailCharsMax = MailAddress.CharsMax;

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }

    /// <summary>The User ID people see, decimal and hex: next free one proposed, unique within the customer.</summary>
    public required int Number { get; set; }

    public required string Name { get; set; }
    public string? Email { get; set; }

    /// <summary>The name as lists sort it: folded, so that Č stands with C on both engines.</summary>
    public required string SortName { get; set; }

    /// <summary>The words that searches find the user by: name, e-mail, User ID decimal and hex.</summary>
    public required string SearchText { get; set; }

    public Guid? SearchedIn => CustomerId;
    public SearchKind SearchKind => SearchKind.User;

    /// <summary>Language of mails and of the wallet's first words.</summary>
    public required string Language { get; set; }

    /// <summary>Rises with each change of name, e-mail or language, so that of two who edit at once neither overwrites the other unseen.</summary>
    public int Version { get; private set; } = 1;

    public UserState State { get; set; } = UserState.Active;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? LastOpenedAt { get; set; }
    public List<Device> Devices { get; } = [];
    public List<MobileKey> Keys { get; } = [];

    /// <summary>New details, also where lists sort and <i>Find</i> looks.</summary>
    public void Change(string name, string? email, string language)
    {
        (Name, Email, Language) = (name, email, language);
        (SortName, SearchText) = (Folding.Fold(name), Words(name, email, Number));
        Version++;
    }

    public static string Words(string name, string? email, int number) =>
        SearchWords.Text(name, email, number.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"0x{number:x}"));
}

public enum DeviceState
{
    /// <summary>Waits for its activation code to be redeemed.</summary>
    NotActivated,
    Active,
    Replaced,
    Lost,
    Deleted,
}

/// <summary>One phone, tablet or watch of a user, with its own key pair per customer.</summary>
public sealed class Device
{
    public const int NameCharsMax = 60;

    public required Guid CustomerId { get; init; }
    public required Guid Id { get; init; }
    public required Guid UserId { get; init; }
    public string? Name { get; set; }

    /// <summary>Compressed P-256 point (33 bytes); null until activation.</summary>
    public byte[]? PublicKey { get; set; }

    public DeviceState State { get; set; } = DeviceState.NotActivated;
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ActivatedAt { get; set; }
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>What the wallet said of the phone's platform at activation.</summary>
    public string? Platform { get; set; }

    /// <summary>The wallet's version, as it last said.</summary>
    public int? WalletVersion { get; set; }
}
