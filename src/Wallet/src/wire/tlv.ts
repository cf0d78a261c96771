import { concat, type Bytes } from './bytes.ts';

/** PKOC's tag-length-value messages (spec/pkoc-ble.md). Two length forms exist in the field; both are read, one is chosen to write. */
export type LengthForm = 'short' | 'long';
export type Tlv = readonly [tag: number, value: Uint8Array];

export class TlvProblem extends Error {}

/** Tag 80 is ours: its length is always the long form from 128 bytes up, so that it can carry more than 255. */
export const TAG_LATCHKEY = 0x80;

/**
 * Reads a whole message: every byte belongs to a TLV, no tag comes twice. A first length byte of 80 or from 83 up is the short
 * form of 3.0 peers, 81 and 82 begin the long form of 2.0.1; no message has a short-form value of 129 or 130 bytes.
 */
export function readTlvs(message: Uint8Array): ReadonlyMap<number, Bytes> {
  const found = new Map<number, Bytes>();
  let at = 0;
  while (at < message.length) {
    const tag = message[at++]!;
    const first = message[at++];
    if (first === undefined) throw new TlvProblem('length missing');
    let length: number = first;
    if (first === 0x81) {
      length = message[at++] ?? -1;
      if (length < 0x80) throw new TlvProblem('length not in its shortest form');
    } else if (first === 0x82) {
      length = ((message[at] ?? 0) << 8) | (message[at + 1] ?? 0);
      at += 2;
      if (length < 0x100) throw new TlvProblem('length not in its shortest form');
    } else if (first >= 0x80 && tag === TAG_LATCHKEY) {
      throw new TlvProblem('tag 80 in the short form');
    }
    if (at + length > message.length) throw new TlvProblem('value ends too early');
    if (found.has(tag)) throw new TlvProblem('tag twice');
    found.set(tag, message.slice(at, (at += length)) as Bytes);
  }
  return found;
}

/** Whether the message ends before its TLVs do, and which tags begin in it: how a phone that does not know its MTU sees a cut. */
export function runsPastEnd(message: Uint8Array): { readonly past: boolean; readonly tags: ReadonlySet<number> } {
  const tags = new Set<number>();
  let at = 0;
  while (at < message.length) {
    tags.add(message[at]!);
    const first = message[at + 1];
    const long = first === 0x81 ? 1 : first === 0x82 ? 2 : 0;
    if (first === undefined || at + 2 + long > message.length) return { past: true, tags };
    const length = long === 0 ? first : long === 1 ? message[at + 2]! : (message[at + 2]! << 8) | message[at + 3]!;
    at += 2 + long + length;
  }
  return { past: at > message.length, tags };
}

export function writeTlvs(tlvs: readonly Tlv[], form: LengthForm): Bytes {
  return concat(...tlvs.flatMap(([tag, value]) => [lengthHead(tag, value.length, tag === TAG_LATCHKEY ? 'long' : form), value]));
}

function lengthHead(tag: number, length: number, form: LengthForm): Bytes {
  if (length < 0x80) return Uint8Array.of(tag, length);
  if (form === 'long') {
    return length < 0x100 ? Uint8Array.of(tag, 0x81, length) : Uint8Array.of(tag, 0x82, length >> 8, length & 0xff);
  }
  if (length > 0xff || length === 0x81 || length === 0x82) throw new TlvProblem('no short form for this length');
  return Uint8Array.of(tag, length);
}
