import { concat, equal, sha256, type Bytes } from '../wire/bytes.ts';
import { CborProblem, read, Tagged, write, type Cbor, type CborKey } from '../wire/cbor.ts';
import { verify } from './keys.ts';
import { attempt } from '../wire/fields.ts';

/** COSE_Sign1 as spec/README.md rule 6 narrows it: tag 18, header {alg ES256, kid?, typ}, empty unprotected header, attached payload. */
export type Typ = 'lk-doc' | 'lk-card' | 'lk-redeem' | 'lk-renew' | 'lk-open';
export type Signed = {
  readonly kid: Bytes | undefined;
  readonly payload: Bytes;
  readonly signature: Bytes;
  /** What the signature covers. */
  readonly covered: Bytes;
};

const COSE_SIGN1 = 18;
const ALG = 1;
const ES256 = -7;
const KID = 4;
const TYP = 16;
const KID_BYTES = 4;
const SIGNATURE_BYTES = 64;

/** The four parts, or undefined if anything about the form is off. The signature is not checked here. */
export function readSign1(bytes: Uint8Array, typ: Typ, signer: 'named' | 'device'): Signed | undefined {
  return attempt(() => {
    const value = read(bytes);
    if (!(value instanceof Tagged) || value.tag !== COSE_SIGN1 || !Array.isArray(value.value))
      throw new CborProblem('no COSE_Sign1');
    const [header, unprotected, payload, signature, ...more] = value.value as readonly Cbor[];
    if (!(header instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array))
      throw new CborProblem('no COSE_Sign1');
    if (!(unprotected instanceof Map) || unprotected.size !== 0 || more.length !== 0) throw new CborProblem('no COSE_Sign1');
    if (signature.length !== SIGNATURE_BYTES) throw new CborProblem('signature is not 64 bytes');
    const kid = signer === 'named' ? kidOf(header) : undefined;
    if (!equal(header, protectedHeader(typ, kid))) throw new CborProblem('another header');
    return { kid, payload: payload as Bytes, signature: signature as Bytes, covered: structure(header, payload) };
  });
}

export function verifySign1(signed: Signed, key: Uint8Array): Promise<boolean> {
  return verify(key, signed.signature, signed.covered);
}

/** Signs as a device does: without a key id, since the key travels inside or is known already. */
export async function signAsDevice(
  typ: Typ,
  payload: ReadonlyMap<CborKey, Cbor>,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<Bytes> {
  const header = protectedHeader(typ, undefined);
  const body = write(payload);
  const signature = await sign(structure(header, body));
  return write(new Tagged(COSE_SIGN1, [header, new Map(), body, signature]));
}

/** First four bytes of SHA-256 over the compressed key: a hint which key to try, never evidence. */
export async function keyId(compressed: Uint8Array): Promise<Bytes> {
  return (await sha256(compressed)).slice(0, KID_BYTES);
}

function kidOf(header: Uint8Array): Bytes {
  const map = read(header);
  const kid = map instanceof Map ? (map as ReadonlyMap<CborKey, Cbor>).get(KID) : undefined;
  if (!(kid instanceof Uint8Array) || kid.length !== KID_BYTES) throw new CborProblem('no key id');
  return kid as Bytes;
}

function protectedHeader(typ: Typ, kid: Bytes | undefined): Bytes {
  const entries: [CborKey, Cbor][] = [
    [ALG, ES256],
    [TYP, typ],
  ];
  if (kid !== undefined) entries.push([KID, kid]);
  return write(new Map(entries));
}

function structure(header: Uint8Array, payload: Uint8Array): Bytes {
  return write(['Signature1', concat(header), new Uint8Array(0), concat(payload)]);
}
