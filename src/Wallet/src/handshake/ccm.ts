import { concat, type Bytes } from '../wire/bytes.ts';

/**
 * AES-256-CCM as PKOC's M4 uses it (NIST SP 800-38C: tag of 16 bytes, nonce of 12, no associated data), over WebCrypto, which has
 * no CCM: the CBC-MAC is the last block of AES-CBC before the padding, the counter mode is AES-CTR.
 */
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const BLOCK_BYTES = 16;
const LENGTH_BYTES = 15 - NONCE_BYTES;

/** Returns the ciphertext with its tag behind it. */
export async function sealCcm(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Promise<Bytes> {
  const mac = await cbcMac(key, nonce, plaintext);
  // One run of the counter from A0: its first block covers the tag, the rest the text. CCM sends them the other way round.
  const both = await counterMode(key, nonce, concat(mac, plaintext));
  return concat(both.subarray(TAG_BYTES), both.subarray(0, TAG_BYTES));
}

/** The plaintext, or undefined if the tag does not fit. */
export async function openCcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Promise<Bytes | undefined> {
  if (sealed.length < TAG_BYTES) return undefined;
  const split = sealed.length - TAG_BYTES;
  const both = await counterMode(key, nonce, concat(sealed.subarray(split), sealed.subarray(0, split)));
  const plaintext = both.slice(TAG_BYTES);
  const expected = await cbcMac(key, nonce, plaintext);
  let difference = 0;
  for (let index = 0; index < TAG_BYTES; index++) difference |= expected[index]! ^ both[index]!;
  return difference === 0 ? plaintext : undefined;
}

async function cbcMac(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Promise<Bytes> {
  if (nonce.length !== NONCE_BYTES) throw new Error('the nonce must be 12 bytes');
  if (plaintext.length >= 1 << (8 * LENGTH_BYTES)) throw new Error('the text is too long for its length field');
  const blocks = new Uint8Array(BLOCK_BYTES * (1 + Math.ceil(plaintext.length / BLOCK_BYTES)));
  blocks[0] = (((TAG_BYTES - 2) / 2) << 3) | (LENGTH_BYTES - 1);
  blocks.set(nonce, 1);
  new DataView(blocks.buffer).setUint32(12, plaintext.length | (nonce[11]! << 24));
  blocks.set(plaintext, BLOCK_BYTES);
  const imported = await crypto.subtle.importKey('raw', key as Bytes, 'AES-CBC', false, ['encrypt']);
  const chain = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: new Uint8Array(BLOCK_BYTES) }, imported, blocks);
  return new Uint8Array(chain, blocks.length - BLOCK_BYTES, BLOCK_BYTES).slice();
}

async function counterMode(key: Uint8Array, nonce: Uint8Array, bytes: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key as Bytes, 'AES-CTR', false, ['encrypt']);
  const counter = concat(Uint8Array.of(LENGTH_BYTES - 1), nonce, new Uint8Array(LENGTH_BYTES));
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-CTR', counter, length: 8 * LENGTH_BYTES }, imported, bytes));
}
