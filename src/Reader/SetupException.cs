namespace Latchkey.Reader;

/// <summary>What the person who started the reader can put right. The message is the one line they see.</summary>
public sealed class SetupException(string words) : Exception(words);
