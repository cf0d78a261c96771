import { type Cbor, type CborKey, type CborMap, CborProblem, read } from './cbor.ts';
import type { Bytes } from './bytes.ts';

/**
 * Takes the entries of a CBOR map one by one; what is left at the end was not expected. Every taker throws CborProblem, and
 * `attempt` turns that into undefined, so a reader of an artefact is a straight line.
 */
export class Fields {
  readonly #left: Map<CborKey, Cbor>;

  constructor(value: Cbor | undefined) {
    if (!(value instanceof Map)) throw new CborProblem('not a map');
    this.#left = new Map(value as CborMap);
  }

  static read(bytes: Uint8Array): Fields {
    return new Fields(read(bytes));
  }

  take(key: CborKey): Cbor {
    const value = this.#left.get(key);
    if (value === undefined) throw new CborProblem(`entry ${key} is missing`);
    this.#left.delete(key);
    return value;
  }

  optional<T>(key: CborKey, taker: (key: CborKey) => T): T | undefined {
    return this.#left.has(key) ? taker.call(this, key) : undefined;
  }

  uint(key: CborKey, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.take(key);
    if (typeof value !== 'number' || value < 0 || value > max) throw new CborProblem(`entry ${key} is no number in range`);
    return value;
  }

  uint32(key: CborKey): number {
    return this.uint(key, 0xffff_ffff);
  }

  /** For what is left out when it is nothing. */
  positive(key: CborKey): number {
    const value = this.uint32(key);
    if (value === 0) throw new CborProblem(`entry ${key} is zero`);
    return value;
  }

  /** An optional end: no end is said by leaving it out. */
  until(key: CborKey): number {
    return this.uint(key, 0xffff_fffe);
  }

  bool(key: CborKey): boolean {
    const value = this.take(key);
    if (typeof value !== 'boolean') throw new CborProblem(`entry ${key} is not true or false`);
    return value;
  }

  text(key: CborKey, bytesMax: number = TEXT_BYTES_MAX): string {
    return textWithin(this.take(key), bytesMax);
  }

  bytes(key: CborKey, length?: number): Bytes {
    const value = this.take(key);
    if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length)) {
      throw new CborProblem(`entry ${key} is not the bytes expected`);
    }
    return value as Bytes;
  }

  array(key: CborKey): readonly Cbor[] {
    const value = this.take(key);
    if (!Array.isArray(value)) throw new CborProblem(`entry ${key} is no array`);
    return value as readonly Cbor[];
  }

  map(key: CborKey): Fields {
    return new Fields(this.take(key));
  }

  /** Texts by text key, such as words by language. */
  texts(key: CborKey, bytesMax: number): ReadonlyMap<string, string> {
    const value = this.take(key);
    if (!(value instanceof Map)) throw new CborProblem(`entry ${key} is no map`);
    for (const [name, text] of value as CborMap) {
      textWithin(name, TEXT_BYTES_MAX);
      textWithin(text, bytesMax);
    }
    return value as ReadonlyMap<string, string>;
  }

  /** To be called last, except where the page of the artefact says that it may grow. */
  end(): void {
    for (const key of this.#left.keys()) throw new CborProblem(`entry ${key} is unknown`);
  }
}

/** Limits of texts count bytes. */
const TEXT_BYTES_MAX = 256;

function textWithin(value: Cbor, bytesMax: number): string {
  if (typeof value !== 'string' || new TextEncoder().encode(value).length > bytesMax)
    throw new CborProblem('no text, or too long');
  return value;
}

/** What the reader makes of the bytes, or undefined if they are not what the writer would write. */
export function attempt<T>(reader: () => T): T | undefined {
  try {
    return reader();
  } catch (problem) {
    if (problem instanceof CborProblem) return undefined;
    throw problem;
  }
}
