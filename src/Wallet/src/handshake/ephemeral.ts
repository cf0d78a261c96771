import type { UncompressedKey } from '../credentials/keys.ts';
import type { Bytes } from '../wire/bytes.ts';

/** The phone's ephemeral key Ce: made for one connection, never stored. */
export type Ephemeral = {
  readonly publicKey: UncompressedKey;
  /** The X coordinate of the shared point. */
  agree(peer: UncompressedKey): Promise<Bytes>;
};

export async function makeEphemeral(): Promise<Ephemeral> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
  return ephemeralFrom(pair.privateKey, new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)));
}

export function ephemeralFrom(privateKey: CryptoKey, publicKey: UncompressedKey): Ephemeral {
  return {
    publicKey,
    async agree(peer) {
      const point = await crypto.subtle.importKey('raw', peer, { name: 'ECDH', namedCurve: 'P-256' }, false, []);
      return new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: point }, privateKey, 256));
    },
  };
}
