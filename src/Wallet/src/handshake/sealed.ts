import { concat, type Bytes } from '../wire/bytes.ts';
import { readTlvs, TAG_LATCHKEY, TlvProblem, writeTlvs } from '../wire/tlv.ts';

/** Sealed frames behind M4 (spec/sealed-extension.md): AES-256-GCM, one key and one counter per direction. */
export type SealedMessage = { readonly type: number; readonly body: Bytes };

const PART_BYTES_MAX = 490;
export const MESSAGE_BYTES_MAX = 4096;
const HEAD_BYTES = 2;
/** A result: the only message that a reader sends. */
const FROM_READER = 0x81;

export class SealedChannel {
  #sent = 0;
  #received = 0;
  /** After one frame that does not open, the counters no longer tell anything. */
  #broken = false;
  #open: { readonly type: number; readonly parts: Bytes[] } | undefined;

  private constructor(
    readonly sendKey: CryptoKey,
    readonly receiveKey: CryptoKey,
  ) {}

  /** `salt` is what both sides saw: site ‖ reader ‖ Ce.x ‖ Re.x ‖ M1 ‖ M2 as sent, hashed. */
  static async make(sessionKey: Bytes, salt: Bytes): Promise<SealedChannel> {
    const derive = await crypto.subtle.importKey('raw', sessionKey, 'HKDF', false, ['deriveKey']);
    const direction = (info: string, usage: 'encrypt' | 'decrypt') =>
      crypto.subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(info) },
        derive,
        { name: 'AES-GCM', length: 256 },
        false,
        [usage],
      );
    return new SealedChannel(
      await direction('latchkey/1 phone-to-reader', 'encrypt'),
      await direction('latchkey/1 reader-to-phone', 'decrypt'),
    );
  }

  async seal(type: number, body: Uint8Array): Promise<Bytes[]> {
    if (body.length > MESSAGE_BYTES_MAX) throw new Error('the sealed message is too long');
    const frames: Bytes[] = [];
    for (let at = 0; at === 0 || at < body.length; at += PART_BYTES_MAX) {
      const more = at + PART_BYTES_MAX < body.length ? 1 : 0;
      const plaintext = concat(Uint8Array.of(type, more), body.subarray(at, at + PART_BYTES_MAX));
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce(this.#sent++) }, this.sendKey, plaintext);
      frames.push(writeTlvs([[TAG_LATCHKEY, new Uint8Array(sealed)]], 'long'));
    }
    return frames;
  }

  /** A whole message, 'more' if the frame was a part of one, 'broken' for anything a reader would not send. */
  async open(frame: Uint8Array): Promise<SealedMessage | 'more' | 'broken'> {
    const message = await this.#take(frame);
    this.#broken ||= message === 'broken';
    return message;
  }

  async #take(frame: Uint8Array): Promise<SealedMessage | 'more' | 'broken'> {
    const plaintext = await this.#decrypt(frame);
    if (
      this.#broken ||
      plaintext === undefined ||
      plaintext.length <= HEAD_BYTES ||
      plaintext.length > HEAD_BYTES + PART_BYTES_MAX
    )
      return 'broken';
    const type = plaintext[0]!;
    const more = plaintext[1]!;
    const message = (this.#open ??= { type, parts: [] });
    if (more > 1 || type !== FROM_READER || message.type !== type) return 'broken';
    message.parts.push(plaintext.slice(HEAD_BYTES));
    const body = concat(...message.parts);
    if (body.length > MESSAGE_BYTES_MAX) return 'broken';
    if (more === 1) return 'more';
    this.#open = undefined;
    return { type, body };
  }

  async #decrypt(frame: Uint8Array): Promise<Bytes | undefined> {
    try {
      const tlvs = readTlvs(frame);
      const sealed = tlvs.get(TAG_LATCHKEY);
      if (sealed === undefined || tlvs.size !== 1) return undefined;
      return new Uint8Array(
        await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce(this.#received++) }, this.receiveKey, sealed),
      );
    } catch (problem) {
      if (problem instanceof TlvProblem || problem instanceof DOMException) return undefined;
      throw problem;
    }
  }
}

function nonce(counter: number): Bytes {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setBigUint64(4, BigInt(counter));
  return bytes;
}
