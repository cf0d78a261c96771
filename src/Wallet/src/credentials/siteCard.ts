import type { Bytes } from '../wire/bytes.ts';
import { equal } from '../wire/bytes.ts';
import { CborProblem, type Cbor, type CborKey } from '../wire/cbor.ts';
import { attempt, Fields } from '../wire/fields.ts';
import { keyId, readSign1, verifySign1, type Signed } from './cose.ts';
import { decompress, type CompressedKey } from './keys.ts';

/** What the wallet shows of a customer and of its key there, signed by the site key (spec/site-card.md). It may grow: unknown keys are skipped. */
export type SiteCard = {
  readonly site: Bytes;
  readonly issued: number;
  readonly customer: string;
  readonly contact: { readonly phone: string | undefined; readonly mail: string | undefined; readonly hours: string | undefined };
  readonly siteKeys: readonly CompressedKey[];
  readonly revokedReaders: Bytes | undefined;
  readonly doors: readonly Door[];
  readonly oneTap: boolean;
  readonly demo: boolean;
  readonly addresses: readonly string[];
  readonly key: KeyFacts;
  readonly privacy: string | undefined;
  readonly lowestWallet: number;
};

export type Door = {
  /** At most 8 ASCII characters: the Bluetooth name that the browser's list shows. */
  readonly readerId: string;
  readonly reader: Bytes;
  readonly name: string;
  readonly ways: number;
  readonly presentation: number;
  readonly secondFactor: boolean;
  readonly hours: ReadonlyMap<string, string> | undefined;
  readonly radio: string | undefined;
};

export type KeyFacts = {
  readonly name: string;
  readonly userId: number;
  readonly prefix: string | undefined;
  readonly holder: string;
  readonly number: number;
  readonly from: number | undefined;
  readonly until: number | undefined;
  readonly cycleSeconds: number;
  readonly state: string;
};

export const WAY_BLUETOOTH = 1;
export const WAY_INTERNET = 2;

const CARD_BYTES_MAX = 65_536;
const SITE_KEYS_MAX = 2;
const ADDRESSES_MAX = 8;
const DOORS_MAX = 512;
const LANGUAGES_MAX = 16;
const HOURS_BYTES_MAX = 512;
const LANGUAGE_BYTES_MAX = 16;
const WAYS_MAX = 255;
const PRESENTATION_MAX = 2;
const READER_ID = /^[!-~]{1,8}$/;
/** Spelled out (spec/site-card.md), because no two platforms take apart a strange address alike. */
const ADDRESS = /^(https:\/\/[A-Za-z0-9.\-:[\]]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?)(\/[!-~]*)?$/;

/** First card of a site: it came over TLS from the address of the link, and must verify by a site key that it names itself. */
export async function readFirstCard(bytes: Uint8Array): Promise<SiteCard | undefined> {
  return readCard(bytes, undefined);
}

/** A later card counts only if a key of the stored one signed it, it speaks of the same site and is not older. */
export async function readNextCard(bytes: Uint8Array, stored: SiteCard): Promise<SiteCard | undefined> {
  const card = await readCard(bytes, stored.siteKeys);
  return card !== undefined && equal(card.site, stored.site) && card.issued >= stored.issued ? card : undefined;
}

/** A card out of the wallet's own store, which was verified when it was put there. */
export function readStoredCard(bytes: Uint8Array): SiteCard | undefined {
  const signed = readSign1(bytes, 'lk-card', 'named');
  return signed === undefined ? undefined : readPayload(signed);
}

async function readCard(bytes: Uint8Array, trusted: readonly CompressedKey[] | undefined): Promise<SiteCard | undefined> {
  if (bytes.length > CARD_BYTES_MAX) return undefined;
  const signed = readSign1(bytes, 'lk-card', 'named');
  const card = signed && readPayload(signed);
  if (signed === undefined || card === undefined) return undefined;
  for (const key of trusted ?? card.siteKeys) {
    if (equal(await keyId(key), signed.kid!) && (await verifySign1(signed, key))) return card;
  }
  return undefined;
}

function readPayload(signed: Signed): SiteCard | undefined {
  return attempt(() => {
    const card = Fields.read(signed.payload);
    const contact = card.map(4);
    const switches = card.uint32(8);
    const siteKeys = card.array(5).map(readKey);
    const addresses = card.array(9).map((address) => readAddress(address).replace(/\/$/, ''));
    const doors = card.array(7).map(readDoor);
    const revokedReaders = card.optional(6, (key) => card.bytes(key));
    if (siteKeys.length < 1 || siteKeys.length > SITE_KEYS_MAX) throw new CborProblem('one or two site keys');
    if (siteKeys.length === 2 && equal(siteKeys[0]!, siteKeys[1]!)) throw new CborProblem('the same site key twice');
    if (addresses.length < 1 || addresses.length > ADDRESSES_MAX) throw new CborProblem('one to eight addresses');
    if (doors.length > DOORS_MAX) throw new CborProblem('too many doors');
    if (revokedReaders?.length === 0) throw new CborProblem('an empty list is left out');
    return {
      site: card.bytes(1, 16),
      issued: card.uint32(2),
      customer: card.text(3),
      contact: {
        phone: contact.optional(1, contact.text),
        mail: contact.optional(2, contact.text),
        hours: contact.optional(3, contact.text),
      },
      siteKeys,
      revokedReaders,
      doors,
      oneTap: (switches & 1) !== 0,
      demo: (switches & 2) !== 0,
      addresses,
      key: readKeyFacts(card.map(10)),
      privacy: card.optional(11, (key) => readAddress(card.text(key))),
      lowestWallet: card.uint32(12),
    };
  });
}

function readDoor(value: Cbor): Door {
  const door = new Fields(value);
  const readerId = door.text(1);
  if (!READER_ID.test(readerId)) throw new CborProblem('no Reader ID');
  return {
    readerId,
    reader: door.bytes(2, 16),
    name: door.text(3),
    ways: door.uint(4, WAYS_MAX),
    presentation: door.uint(5, PRESENTATION_MAX),
    secondFactor: door.bool(6),
    hours: door.optional(7, readHours(door)),
    radio: door.optional(8, door.text),
  };
}

function readHours(door: Fields): (key: CborKey) => ReadonlyMap<string, string> {
  return (key) => {
    const hours = door.texts(key, HOURS_BYTES_MAX);
    if (hours.size > LANGUAGES_MAX) throw new CborProblem('too many languages');
    for (const language of hours.keys()) {
      const bytes = new TextEncoder().encode(language).length;
      if (bytes < 1 || bytes > LANGUAGE_BYTES_MAX) throw new CborProblem('no language');
    }
    return hours;
  };
}

function readKeyFacts(key: Fields): KeyFacts {
  const prefix = key.optional(3, key.text);
  if (prefix !== undefined && !/^[0-9]{2,3}$/.test(prefix)) throw new CborProblem('prefix is not 2 or 3 digits');
  return {
    name: key.text(1),
    userId: key.positive(2),
    prefix,
    holder: key.text(4),
    number: key.uint(5, 0xffff_fffe),
    from: key.optional(6, key.uint32),
    until: key.optional(7, key.until),
    cycleSeconds: key.uint32(8),
    state: key.text(9),
  };
}

function readKey(value: Cbor): CompressedKey {
  if (!(value instanceof Uint8Array) || decompress(value) === undefined) throw new CborProblem('not a key');
  return value as CompressedKey;
}

/** Only https, or loopback for the demo: a card can't send a phone's proofs in the clear. */
function readAddress(value: Cbor): string {
  if (typeof value !== 'string' || !ADDRESS.test(value)) throw new CborProblem('address neither https nor loopback');
  return value;
}
