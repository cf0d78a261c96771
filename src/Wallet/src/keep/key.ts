import { equal, hex, type Bytes } from '../wire/bytes.ts';
import { readDocument, type AccessDocument } from '../credentials/document.ts';
import { compress, sign } from '../credentials/keys.ts';
import { readFirstCard, readNextCard, readStoredCard, type Door, type SiteCard } from '../credentials/siteCard.ts';
import type { HeldKey } from '../handshake/phone.ts';
import { parseRevocationList, readRevocationList, replaces, type RevocationList } from '../handshake/revocationList.ts';
import type { Grant, Look } from '../server/calls.ts';
import type { HeldRecord } from './database.ts';

/** One mobile key on this phone: the stored record and what its bytes say. */
export type Key = {
  readonly record: HeldRecord;
  readonly card: SiteCard;
  readonly document: AccessDocument;
  readonly revokedReaders: RevocationList | undefined;
};

export function readKey(record: HeldRecord): Key | undefined {
  const card = readStoredCard(record.card);
  const document = readDocument(record.document);
  if (card === undefined || document === undefined) return undefined;
  return {
    record,
    card,
    document,
    revokedReaders: record.revokedReaders && parseRevocationList(record.revokedReaders, card.site),
  };
}

/**
 * Whether this key is somebody else's and would go if a key of that site and person came. A wallet holds one key of a site; a
 * person's next one takes the last one's place, and nobody misses one that has ended.
 */
export function isInTheWay({ card, record }: Key, coming: Pick<Look, 'site' | 'userId'>): boolean {
  return equal(card.site, coming.site) && card.key.userId !== coming.userId && record.standing !== 'ended';
}

type MadeKey = { readonly signer: CryptoKey; readonly publicKey: Bytes; readonly keyMade: number };

/** The first grant of a key. Undefined if it is not for this phone, or contradicts itself. */
export async function firstGrant(made: MadeKey, grant: Grant, origin: string): Promise<HeldRecord | undefined> {
  const card = await readFirstCard(grant.siteCard);
  if (card === undefined || !fits(made.publicKey, grant, card)) return undefined;
  return {
    ...made,
    id: hex(card.site),
    document: grant.document,
    card: grant.siteCard,
    revokedReaders: await newestRevoked(card, undefined),
    statusLists: grant.statusLists,
    statusSequence: grant.statusSequence ?? 0,
    origin,
    grantedAt: grant.now,
    standing: 'good',
    opened: {},
  };
}

/** A renewal: the new document counts if it is for this key; the new card only if a key of the stored one signed it. */
export async function nextGrant(key: Key, grant: Grant): Promise<HeldRecord | undefined> {
  const card = await readNextCard(grant.siteCard, key.card);
  const current = card ?? key.card;
  if (!fits(key.record.publicKey, grant, current)) return undefined;
  return {
    ...key.record,
    document: grant.document,
    card: card === undefined ? key.record.card : grant.siteCard,
    revokedReaders: await newestRevoked(current, key),
    ...newerLists(key.record, grant),
    grantedAt: grant.now,
    standing: 'good',
  };
}

function newerLists(kept: HeldRecord, grant: Grant): Pick<HeldRecord, 'statusLists' | 'statusSequence'> {
  const newer = (grant.statusSequence ?? 0) >= (kept.statusSequence ?? 0) ? grant : kept;
  return { statusLists: newer.statusLists, statusSequence: newer.statusSequence ?? 0 };
}

/** What the PKOC machine may use of this key. */
export function heldFor(keys: readonly Key[]): (site: Bytes) => HeldKey | undefined {
  return (site) => {
    const key = keys.find(({ card }) => equal(card.site, site));
    return (
      key && {
        siteKeys: key.card.siteKeys,
        revokedReaders: key.revokedReaders,
        publicKey: key.record.publicKey,
        keyMade: key.record.keyMade,
        document: key.record.document,
        carried: { sequence: key.record.statusSequence ?? 0, lists: key.record.statusLists },
        sign: (transcript) => sign(key.record.signer, transcript),
      }
    );
  };
}

/** The door used last comes first: it is the one most often wanted next. */
export function doorsByUse(key: Key): readonly Door[] {
  const used = (door: Door) => key.record.opened[hex(door.reader)] ?? 0;
  return [...key.card.doors].sort((a, b) => used(b) - used(a));
}

export function cardNumber(key: Key): string {
  return `${key.card.key.prefix ?? ''}${key.card.key.userId}`;
}

function fits(publicKey: Bytes, grant: Grant, card: SiteCard): boolean {
  const document = readDocument(grant.document);
  return (
    document !== undefined &&
    equal(document.deviceKey, compress(publicKey)) &&
    equal(document.site, card.site) &&
    equal(grant.site, card.site) &&
    document.key === grant.key
  );
}

async function newestRevoked(card: SiteCard, stored: Key | undefined): Promise<Bytes | undefined> {
  const list = card.revokedReaders && (await readRevocationList(card.revokedReaders, card.site, card.siteKeys));
  return list !== undefined && replaces(list, stored?.revokedReaders) ? card.revokedReaders : stored?.record.revokedReaders;
}
