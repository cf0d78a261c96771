import { createECDH, createHash } from 'node:crypto';
import { base64url, fromHex, type Bytes } from '../src/wire/bytes.ts';
import { ephemeralFrom, type Ephemeral } from '../src/handshake/ephemeral.ts';
import type { DeviceKey } from '../src/credentials/keys.ts';

/** Keys whose private half is known, as vectors have them. */
export function scalarOf(label: string): Bytes {
  return new Uint8Array(createHash('sha256').update(label).digest());
}

export async function deviceKeyFrom(scalar: Uint8Array): Promise<DeviceKey> {
  const { jwk, publicKey } = known(scalar);
  return {
    signer: await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']),
    publicKey,
  };
}

export async function ephemeralOf(scalar: Uint8Array): Promise<Ephemeral> {
  const { jwk, publicKey } = known(scalar);
  return ephemeralFrom(
    await crypto.subtle.importKey('jwk', jwk, { name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']),
    publicKey,
  );
}

function known(scalar: Uint8Array): { jwk: JsonWebKey; publicKey: Bytes } {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(scalar);
  const publicKey = fromHex(pair.getPublicKey('hex'));
  const [x, y, d] = [publicKey.slice(1, 33), publicKey.slice(33), scalar].map(base64url) as [string, string, string];
  return { jwk: { kty: 'EC', crv: 'P-256', x, y, d }, publicKey };
}
