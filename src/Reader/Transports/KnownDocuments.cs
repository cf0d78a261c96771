using System.Security.Cryptography;
using Latchkey.Protocol.Bundles;
using Latchkey.Protocol.Credentials;

namespace Latchkey.Reader.Transports;

/// <summary>
/// Documents that were genuine before, by the hash of all their bytes, so that a known phone costs no issuer signature again. Good only as long as
/// the same issuer keys are trusted: another set of them forgets everything. Time, state and rights are never kept here.
/// </summary>
public sealed class KnownDocuments
{
    public const int DocumentsMax = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, LinkedListNode<(Guid Hash, DocumentReading Reading)>> byHash = [];
    private readonly LinkedList<(Guid Hash, DocumentReading Reading)> newestFirst = new();
    private object? issuers;

    public DocumentReading Read(byte[] document, Bundle bundle)
    {
        // Half of SHA-256 is plenty: to be taken for another, a document would have to hit one of 256 hashes.
        var hash = new Guid(SHA256.HashData(document).AsSpan(0, 16));
        lock (gate)
        {
            if (!ReferenceEquals(issuers, bundle.Issuers))
            {
                issuers = bundle.Issuers;
                byHash.Clear();
                newestFirst.Clear();
            }
            else if (byHash.TryGetValue(hash, out var known))
            {
                newestFirst.Remove(known);
                newestFirst.AddFirst(known);
                return known.Value.Reading;
            }
        }

        var reading = DocumentReading.Read(document, bundle.Site, bundle.Issuers.Values);
        if (reading.Authenticity == Authenticity.Genuine)
            Keep(hash, reading, bundle.Issuers);
        return reading;
    }

    private void Keep(Guid hash, DocumentReading reading, object readUnder)
    {
        lock (gate)
        {
            if (!ReferenceEquals(issuers, readUnder) || byHash.ContainsKey(hash))
                return;
            if (byHash.Count >= DocumentsMax)
            {
                byHash.Remove(newestFirst.Last!.Value.Hash);
                newestFirst.RemoveLast();
            }

            byHash.Add(hash, newestFirst.AddFirst((hash, reading)));
        }
    }
}
