import { concat, type Bytes } from './bytes.ts';

/**
 * Deterministic CBOR (RFC 8949, section 4.2.1), the part of it that Latchkey writes: integers up to 2^53, byte and text
 * strings, arrays, maps with integer or text keys, booleans, and one tag around the whole. The reader refuses whatever the writer would not
 * write, so a value that reads has one encoding only and may be compared and signed as bytes.
 */
export type Cbor = number | boolean | string | Bytes | readonly Cbor[] | CborMap | Tagged;
export type CborKey = number | string;
export type CborMap = ReadonlyMap<CborKey, Cbor>;

export class Tagged {
  constructor(
    readonly tag: number,
    readonly value: Cbor,
  ) {}
}

export class CborProblem extends Error {}

/** Of arrays and maps inside the outermost. */
const DEPTH_MAX = 8;

const enum Major {
  Unsigned,
  Negative,
  Bytes,
  Text,
  Array,
  Map,
  Tag,
  Simple,
}

export function write(value: Cbor): Bytes {
  const parts: Uint8Array[] = [];
  writeTo(parts, value);
  return concat(...parts);
}

export function read(bytes: Uint8Array): Cbor {
  const cursor = { bytes, at: 0 };
  const value = readFrom(cursor, 0);
  if (cursor.at !== bytes.length) throw new CborProblem('bytes after the end');
  return value;
}

function writeTo(parts: Uint8Array[], value: Cbor): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new CborProblem('not an integer');
    parts.push(value >= 0 ? head(Major.Unsigned, value) : head(Major.Negative, -1 - value));
  } else if (typeof value === 'boolean') {
    parts.push(Uint8Array.of(value ? 0xf5 : 0xf4));
  } else if (typeof value === 'string') {
    const text = new TextEncoder().encode(value);
    parts.push(head(Major.Text, text.length), text);
  } else if (value instanceof Uint8Array) {
    parts.push(head(Major.Bytes, value.length), value);
  } else if (value instanceof Tagged) {
    parts.push(head(Major.Tag, value.tag));
    writeTo(parts, value.value);
  } else if (value instanceof Map) {
    const entries = [...(value as CborMap)].map(([key, item]) => [write(key), item] as const);
    entries.sort(([a], [b]) => compareBytes(a, b));
    parts.push(head(Major.Map, entries.length));
    for (const [key, item] of entries) {
      parts.push(key);
      writeTo(parts, item);
    }
  } else {
    const items = value as readonly Cbor[];
    parts.push(head(Major.Array, items.length));
    for (const item of items) writeTo(parts, item);
  }
}

function head(major: Major, value: number): Bytes {
  const first = major << 5;
  if (value < 24) return Uint8Array.of(first | value);
  if (value < 0x100) return Uint8Array.of(first | 24, value);
  if (value < 0x10000) return Uint8Array.of(first | 25, value >> 8, value & 0xff);
  const long = value >= 0x1_0000_0000;
  const bytes = new Uint8Array(long ? 9 : 5);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, first | (long ? 27 : 26));
  if (long) view.setBigUint64(1, BigInt(value));
  else view.setUint32(1, value);
  return bytes;
}

type Cursor = { readonly bytes: Uint8Array; at: number };

function readFrom(cursor: Cursor, depth: number): Cbor {
  const first = take(cursor, 1)[0]!;
  const major = (first >> 5) as Major;
  if (major === Major.Simple) {
    if (first === 0xf4) return false;
    if (first === 0xf5) return true;
    throw new CborProblem('a simple value or float we do not write');
  }

  const value = readHead(cursor, first & 31);
  if ((major === Major.Array || major === Major.Map) && depth > DEPTH_MAX) throw new CborProblem('too deep');
  if (major === Major.Tag && depth > 0) throw new CborProblem('a tag inside');
  switch (major) {
    case Major.Unsigned:
      return value;
    case Major.Negative: {
      const negative = -1 - value;
      if (!Number.isSafeInteger(negative)) throw new CborProblem('number out of range');
      return negative;
    }
    case Major.Bytes:
      return take(cursor, value).slice() as Bytes;
    case Major.Text:
      return readText(take(cursor, value));
    case Major.Array: {
      const items: Cbor[] = [];
      for (let index = 0; index < value; index++) items.push(readFrom(cursor, depth + 1));
      return items;
    }
    case Major.Map:
      return readMap(cursor, value, depth);
    case Major.Tag:
      return new Tagged(value, readFrom(cursor, depth + 1));
  }
}

function readHead(cursor: Cursor, short: number): number {
  if (short < 24) return short;
  if (short > 27) throw new CborProblem('indefinite or reserved length');
  const size = 1 << (short - 24);
  let value = 0;
  for (const byte of take(cursor, size)) value = value * 256 + byte;
  const least = [24, 0x100, 0x1_0000, 0x1_0000_0000][short - 24]!;
  if (value < least) throw new CborProblem('number not in its shortest form');
  if (!Number.isSafeInteger(value)) throw new CborProblem('number out of range');
  return value;
}

function readText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CborProblem('text is not UTF-8');
  }
}

function readMap(cursor: Cursor, count: number, depth: number): CborMap {
  const map = new Map<CborKey, Cbor>();
  let before: Uint8Array | undefined;
  for (let index = 0; index < count; index++) {
    const start = cursor.at;
    const key = readFrom(cursor, depth + 1);
    if (typeof key !== 'number' && typeof key !== 'string') throw new CborProblem('map key is neither number nor text');
    const encoded = cursor.bytes.subarray(start, cursor.at);
    if (before !== undefined && compareBytes(before, encoded) >= 0) throw new CborProblem('map keys twice or out of order');
    before = encoded;
    map.set(key, readFrom(cursor, depth + 1));
  }
  return map;
}

function take(cursor: Cursor, length: number): Uint8Array {
  if (length > cursor.bytes.length - cursor.at) throw new CborProblem('bytes end too early');
  return cursor.bytes.subarray(cursor.at, (cursor.at += length));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    if (a[index] !== b[index]) return a[index]! - b[index]!;
  }
  return a.length - b.length;
}
