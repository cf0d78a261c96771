import type { Bytes } from '../wire/bytes.ts';
import { concat } from '../wire/bytes.ts';
import { CborProblem, type Cbor } from '../wire/cbor.ts';
import { attempt, Fields } from '../wire/fields.ts';
import { readSign1 } from './cose.ts';
import { decompress, type CompressedKey } from './keys.ts';

/**
 * The access document (spec/access-document.md): who, where, when, how, until when. The wallet reads it to know how long it
 * lives; that it is genuine is the reader's business, the wallet has no issuer keys.
 */
export type AccessDocument = {
  readonly site: Bytes;
  readonly key: number;
  readonly serial: number;
  readonly userId: number;
  readonly prefix: string | undefined;
  readonly issued: number;
  readonly notBefore: number | undefined;
  /** Exclusive: from this second on the document is stale. */
  readonly expires: number;
  /** Exclusive: the key's own end, if it has one. */
  readonly until: number | undefined;
  readonly deviceKey: CompressedKey;
  readonly rules: readonly Rule[];
  readonly flags: number;
  readonly usesLeft: number | undefined;
};
export type Rule = { readonly set: number; readonly schedule: number; readonly from: number; readonly until: number | undefined };

/** A document without a lifespan, for sites whose phones are seldom online. */
export const NO_END = 0xffff_ffff;
export const FLAG_USER_VERIFICATION = 1;
export const FLAG_ONE_TAP = 2;

const DOCUMENT_BYTES_MAX = 1024;
const RULES_MAX = 32;
const FLAGS_MAX = 0b1111;

/** Undefined when the bytes are not what an issuer writes (access-document, reading 1 to 4). */
export function readDocument(bytes: Uint8Array): AccessDocument | undefined {
  if (bytes.length > DOCUMENT_BYTES_MAX) return undefined;
  const signed = readSign1(bytes, 'lk-doc', 'named');
  if (signed === undefined) return undefined;
  return attempt(() => {
    const claims = Fields.read(signed.payload);
    const document = {
      expires: claims.uint32(4),
      notBefore: claims.optional(5, claims.uint32),
      issued: claims.uint32(6),
      deviceKey: readConfirmation(claims.map(8)),
      until: claims.optional(-1, claims.until),
      serial: claims.uint32(-2),
      site: claims.bytes(-3, 16),
      key: claims.uint(-4, 0xffff_fffe),
      userId: claims.uint32(-5),
      prefix: claims.optional(-6, claims.text),
      rules: claims.array(-7).map(readRule),
      flags: claims.optional(-8, claims.positive) ?? 0,
      usesLeft: claims.optional(-9, claims.uint32),
    } satisfies AccessDocument;
    claims.end();
    requireRules(document);
    return document;
  });
}

function requireRules(document: AccessDocument): void {
  require(document.expires > document.issued, 'exp is not after iat');
  require(document.notBefore === undefined || document.notBefore > document.issued, 'nbf is not after iat');
  require(document.until === undefined || document.until >= document.expires, 'until is before exp');
  require(document.serial >= 1 && document.userId >= 1, 'serial or user id is zero');
  require(document.prefix === undefined || /^[0-9]{2,3}$/.test(document.prefix), 'prefix is not 2 or 3 digits');
  require(document.rules.length <= RULES_MAX, 'too many rules');
  require(document.flags <= FLAGS_MAX, 'unknown flags');
}

function readRule(value: Cbor): Rule {
  require(Array.isArray(value), 'rule is no array');
  const parts = value as readonly Cbor[];
  require(parts.length >= 2 && parts.length <= 4, 'rule has a wrong length');
  for (const part of parts) require(typeof part === 'number' && part >= 0 && part <= 0xffff_ffff, 'rule holds no number');
  const [set, schedule, from, until] = parts as readonly number[];
  require(set! <= 0xffff && schedule! <= 0xffff, 'set or schedule is out of range');
  require(until === undefined ? from !== 0 : until > from! && until < NO_END, 'from and until are not as written');
  require((from ?? 0) < NO_END, 'a rule begins at the end');
  return { set: set!, schedule: schedule!, from: from ?? 0, until };
}

function readConfirmation(confirmation: Fields): CompressedKey {
  const key = confirmation.map(1);
  confirmation.end();
  require(key.take(1) === 2 && key.take(-1) === 1, 'cnf is no P-256 key');
  const x = key.bytes(-2, 32);
  const compressed = concat(Uint8Array.of(key.bool(-3) ? 3 : 2), x);
  key.end();
  require(decompress(compressed) !== undefined, 'cnf is not on the curve');
  return compressed;
}

function require(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new CborProblem(problem);
}
