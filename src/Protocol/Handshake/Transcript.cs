using Latchkey.Protocol.Wire;

namespace Latchkey.Protocol.Handshake;

/// <summary>
/// What both sides sign: site ‖ reader ‖ Ce.x ‖ Re.x. It begins with the site, a Sig_structure begins with 84, and a
/// device key signs for its own site only, so no signature over one can stand for the other (spec README 6).
/// </summary>
public static class Transcript
{
    public const int Bytes = 96;

    /// <param name="phoneX">Ce.x, 32 bytes.</param>
    /// <param name="readerX">Re.x, 32 bytes.</param>
    public static void Write(
        Span<byte> transcript, SiteId site, ReaderId reader, ReadOnlySpan<byte> phoneX, ReadOnlySpan<byte> readerX)
    {
        site.Write(transcript);
        reader.Write(transcript[16..]);
        phoneX.CopyTo(transcript[32..64]);
        readerX.CopyTo(transcript[64..96]);
    }
}
