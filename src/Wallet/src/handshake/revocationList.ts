import { equal, hex, uint16, uint32, type Bytes } from '../wire/bytes.ts';
import { verify, type CompressedKey } from '../credentials/keys.ts';

/** PKOC 2.0.1 list of revoked readers (spec/pkoc-ble.md): a listed reader is refused whatever the time beside it. */
export type RevocationList = { readonly site: Bytes; readonly issued: number; readonly readers: ReadonlySet<string> };

const HEAD_BYTES = 23;
const ENTRY_BYTES = 20;
const SIGNATURE_BYTES = 64;
const VERSION = 1;

/** Undefined unless every byte fits and one of the site keys signed it. */
export async function readRevocationList(
  bytes: Uint8Array,
  site: Uint8Array,
  siteKeys: readonly CompressedKey[],
): Promise<RevocationList | undefined> {
  const list = parseRevocationList(bytes, site);
  const end = bytes.length - SIGNATURE_BYTES;
  for (const key of list === undefined ? [] : siteKeys) {
    if (await verify(key, bytes.slice(end), bytes.slice(0, end))) return list;
  }
  return undefined;
}

/** For a list out of the wallet's own store, whose signature was checked when it was put there. */
export function parseRevocationList(bytes: Uint8Array, site: Uint8Array): RevocationList | undefined {
  if (bytes.length < HEAD_BYTES + SIGNATURE_BYTES || bytes[0] !== VERSION || !equal(bytes.subarray(1, 17), site))
    return undefined;
  const end = HEAD_BYTES + ENTRY_BYTES * uint16(bytes, 21);
  if (bytes.length !== end + SIGNATURE_BYTES) return undefined;
  const readers = new Set<string>();
  for (let at = HEAD_BYTES; at < end; at += ENTRY_BYTES) readers.add(hex(bytes.subarray(at, at + 16)));
  return { site: bytes.slice(1, 17) as Bytes, issued: uint32(bytes, 17), readers };
}

/** Time never goes back: an equal or older list does not replace the stored one. */
export function replaces(list: RevocationList, stored: RevocationList | undefined): boolean {
  return stored === undefined || list.issued > stored.issued;
}
