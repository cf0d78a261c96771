using System.Net;
using Latchkey.Protocol.Credentials;
using Latchkey.Reader.Link;

namespace Latchkey.Reader;

/// <summary>What stood behind the verb. A word that no verb knows is an error, not a wish.</summary>
internal sealed class Arguments
{
    private const int NameLengthMax = 64;

    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    public static Arguments Read(ReadOnlySpan<string> words, params ReadOnlySpan<string> known)
    {
        var arguments = new Arguments();
        for (var i = 0; i < words.Length; i++)
        {
            var name = words[i];
            if (!known.Contains(name))
                throw new SetupException($"{name} is not known here. Known: {string.Join(' ', known!)}");
            var isFlag = name is "--pair" or "--radio" or "--until-input-ends";
            if (!isFlag && i + 1 == words.Length)
                throw new SetupException($"{name} needs a value behind it.");
            if (!arguments.values.TryAdd(name, isFlag ? "" : words[++i]))
                throw new SetupException($"{name} stands there twice.");
        }

        return arguments;
    }

    public bool Has(string name) => values.ContainsKey(name);

    public string Data => Need("--data");

    public IPEndPoint Listen => IPEndPoint.TryParse(values.GetValueOrDefault("--listen", "127.0.0.1:5081"), out var listen)
        ? listen
        : throw new SetupException($"--listen takes an address and a port, as 127.0.0.1:5081; not {values["--listen"]}");

    /// <summary>A name that the local page is called by from other machines; null for none.</summary>
    public string? HostName => values.GetValueOrDefault("--host") switch
    {
        null => null,
        var name when Uri.CheckHostName(name) != UriHostNameType.Unknown => name,
        var name => throw new SetupException($"--host takes a name as browsers write it, without port; not {name}"),
    };

    public PairingRequest Pairing
    {
        get
        {
            var server = Need("--server");
            if (!Uri.TryCreate(server.EndsWith('/') ? server : server + "/", UriKind.Absolute, out var address) || ServerLink.AddressOf(server) is null)
                throw new SetupException($"--server takes an https address (http only on this machine); not {server}");
            var typed = Need("--code", "LATCHKEY_CODE");
            if (!ActivationCode.TryReadPairing(typed, out var code, out var problem))
                throw new SetupException(WhatIsWrong(problem));
            var name = values.GetValueOrDefault("--name", Environment.MachineName);
            if (name.Length is 0 or > NameLengthMax)
                throw new SetupException($"--name takes 1 to {NameLengthMax} characters.");
            return new(address, Need("--system-id"), Need("--system-key", "LATCHKEY_SYSTEM_KEY"), code, name);
        }
    }

    private static string WhatIsWrong(CodeProblem problem) => problem.Refusal switch
    {
        CodeRefusal.BadCharacter => $"No pairing code holds a {problem.Character}.",
        CodeRefusal.Incomplete or CodeRefusal.TooLong =>
            $"A pairing code has {problem.Expected} letters and digits; this one has {problem.Count}.",
        CodeRefusal.Mistyped => "The pairing code is mistyped: one of its characters is another one.",
    };

    /// <param name="variable">Secrets may come by the environment, where other users of the machine don't see them.</param>
    private string Need(string name, string? variable = null)
    {
        if (values.TryGetValue(name, out var value) && value.Length > 0)
            return value;
        if (variable is not null && Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set)
            return set;
        throw new SetupException(variable is null ? $"{name} is missing." : $"{name} is missing (or {variable} in the environment).");
    }
}
