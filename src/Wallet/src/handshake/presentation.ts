import type { Bytes } from '../wire/bytes.ts';
import { write, type Cbor, type CborKey } from '../wire/cbor.ts';
import { attempt, Fields } from '../wire/fields.ts';
import { MESSAGE_BYTES_MAX } from './sealed.ts';

/** The sealed messages of a transaction (spec/sealed-extension.md). */
export const PRESENTATION = 0x01;
export const STATUS_LISTS = 0x02;
export const RESULT = 0x81;

/** What the wallet says about the person and the phone. Its own claim, not an attestation. */
export type Circumstances = {
  /** When the person last unlocked the phone for the wallet; undefined if not. */
  readonly verifiedAt: number | undefined;
  readonly screenLock: boolean;
  readonly oneTap: boolean;
};

export type Result = {
  readonly reason: number;
  readonly readerClock: number;
  readonly unlockSeconds: number | undefined;
  readonly waitSeconds: number | undefined;
};

export function flagsOf(circumstances: Circumstances): number {
  return (circumstances.verifiedAt === undefined ? 0 : 1) | (circumstances.screenLock ? 2 : 0) | (circumstances.oneTap ? 4 : 0);
}

export function writePresentation(document: Bytes, circumstances: Circumstances, clock: number): Bytes {
  const body = new Map<CborKey, Cbor>([
    [1, document],
    [2, flagsOf(circumstances)],
    [4, clock],
  ]);
  if (circumstances.verifiedAt !== undefined) body.set(3, circumstances.verifiedAt);
  return write(body);
}

const LISTS_MAX = 8;

/** Those that fit one message; undefined when none does. */
export function writeStatusLists(lists: readonly Bytes[]): Bytes | undefined {
  const body = (some: readonly Bytes[]) => write(new Map<CborKey, Cbor>([[1, [...some]]]));
  const fitting: Bytes[] = [];
  for (const list of lists.slice(0, LISTS_MAX))
    if (list.length > 0 && body([...fitting, list]).length <= MESSAGE_BYTES_MAX) fitting.push(list);
  return fitting.length > 0 ? body(fitting) : undefined;
}

export function readResult(body: Uint8Array): Result | undefined {
  return attempt(() => {
    const fields = Fields.read(body);
    const result = {
      reason: fields.uint32(1),
      readerClock: fields.uint32(2),
      unlockSeconds: fields.optional(3, fields.uint32),
      waitSeconds: fields.optional(4, fields.uint32),
    };
    fields.end();
    return result;
  });
}
