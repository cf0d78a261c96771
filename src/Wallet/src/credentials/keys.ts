import { concat, type Bytes } from '../wire/bytes.ts';

/** P-256 public keys as the wire has them: 33 bytes compressed, or 65 uncompressed. WebCrypto reads the uncompressed form alone. */
export type CompressedKey = Bytes;
export type UncompressedKey = Bytes;

const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** The uncompressed form, or undefined if the bytes are no point of the curve. */
export function decompress(key: Uint8Array): UncompressedKey | undefined {
  if (key.length !== 33 || (key[0] !== 2 && key[0] !== 3)) return undefined;
  const x = toNumber(key.subarray(1));
  if (x >= P) return undefined;
  const square = curve(x);
  // P is 3 mod 4, so this power is a square root wherever there is one.
  const root = power(square, (P + 1n) / 4n);
  if ((root * root) % P !== square) return undefined;
  const y = (root & 1n) === BigInt(key[0]! & 1) ? root : P - root;
  return concat(Uint8Array.of(4), key.subarray(1), toBytes(y));
}

export function compress(key: Uint8Array): CompressedKey {
  if (key.length !== 65 || key[0] !== 4) throw new Error('not an uncompressed key');
  return concat(Uint8Array.of(2 | (key[64]! & 1)), key.subarray(1, 33));
}

export async function importVerifier(key: Uint8Array): Promise<CryptoKey | undefined> {
  const uncompressed = key.length === 33 ? decompress(key) : (key as Bytes);
  if (uncompressed === undefined) return undefined;
  try {
    return await crypto.subtle.importKey('raw', uncompressed, CURVE, true, ['verify']);
  } catch {
    return undefined;
  }
}

/** r ‖ s, 64 bytes, ECDSA P-256 with SHA-256. A key that is no point verifies nothing. */
export async function verify(key: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return false;
  const verifier = await importVerifier(key);
  return verifier !== undefined && crypto.subtle.verify(ES256, verifier, signature as Bytes, message as Bytes);
}

export async function sign(key: CryptoKey, message: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key, message as Bytes));
}

/** A device key: the private half never leaves WebCrypto. One per customer, so that sites cannot compare. */
export type DeviceKey = { readonly signer: CryptoKey; readonly publicKey: UncompressedKey };

export async function makeDeviceKey(): Promise<DeviceKey> {
  const pair = await crypto.subtle.generateKey(CURVE, false, ['sign', 'verify']);
  return { signer: pair.privateKey, publicKey: new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

function curve(x: bigint): bigint {
  return (((x * x) % P) * x + (P - 3n) * x + B) % P;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let rest = exponent, factor = base; rest > 0n; rest >>= 1n, factor = (factor * factor) % P) {
    if ((rest & 1n) === 1n) result = (result * factor) % P;
  }
  return result;
}

function toNumber(bytes: Uint8Array): bigint {
  let number = 0n;
  for (const byte of bytes) number = (number << 8n) | BigInt(byte);
  return number;
}

function toBytes(number: bigint): Bytes {
  return Uint8Array.from({ length: 32 }, (_, index) => Number((number >> BigInt(8 * (31 - index))) & 0xffn));
}
