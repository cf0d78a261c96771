using Latchkey.Reader;

const string Help = """
    latchkey-reader: the reader at one door.

      pair      --server URL --system-id ID --system-key KEY --code CODE --data DIR [--name NAME]
                brings this reader to a customer; the administrator confirms in the console
                --until-input-ends gives up when its standard input ends, as it does when the program that started it is gone
      run       --data DIR [--listen 127.0.0.1:5081] [--host NAME] [--radio] [--pair --server … as above]
                decides at the door, until stopped; --pair pairs first if that was not done yet;
                --host names the local page for browsers on other machines; --radio puts a virtual radio on
                the same port, for demo and tests: whoever reaches it counts as standing at the door
      status    --data DIR
                says what this reader knows and has to report; ends with 1 where none is paired
      self-test
                tries cryptography, store and disk of this machine

    KEY and CODE may also stand in LATCHKEY_SYSTEM_KEY and LATCHKEY_CODE.
    """;

try
{
    return args switch
    {
        ["pair", .. var rest] => await PairVerb.Run(rest),
        ["run", .. var rest] => await RunVerb.Run(rest),
        ["status", .. var rest] => StatusVerb.Run(rest),
        ["self-test"] => SelfTestVerb.Run(),
        ["--version"] => Say(ReaderCore.Software),
        [] or ["--help" or "help", ..] => Say(Help),
        _ => throw new SetupException($"There is no verb {args[0]}. Verbs: pair run status self-test"),
    };
}
catch (SetupException fault)
{
    await Console.Error.WriteLineAsync($"latchkey-reader: {fault.Message}");
    return 2;
}

static int Say(string words)
{
    Console.WriteLine(words);
    return 0;
}
