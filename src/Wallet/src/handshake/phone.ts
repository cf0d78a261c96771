import { concat, equal, hex, sha256, uint16, uint32, uint32Bytes, type Bytes } from '../wire/bytes.ts';
import { decompress, verify, type CompressedKey, type UncompressedKey } from '../credentials/keys.ts';
import { readTlvs, TAG_LATCHKEY, TlvProblem, writeTlvs, type LengthForm } from '../wire/tlv.ts';
import { sealCcm } from './ccm.ts';
import { certifiedKey, type CertificateProblem } from './certificate.ts';
import type { Ephemeral } from './ephemeral.ts';
import {
  PRESENTATION,
  readResult,
  RESULT,
  STATUS_LISTS,
  writePresentation,
  writeStatusLists,
  type Circumstances,
  type Result,
} from './presentation.ts';
import type { RevocationList } from './revocationList.ts';
import { SealedChannel } from './sealed.ts';

/**
 * The phone's side of PKOC's ECDHE flow with Latchkey's sealed extension, as a machine without I/O: give it what the reader
 * notified, write what it returns. Steps are those of spec/pkoc-ble.md. Nothing that names the phone (its key, a signature by
 * it, a document) is made before step 7 has proven the reader.
 */
export type Step =
  | { readonly kind: 'write'; readonly values: readonly Bytes[] }
  | { readonly kind: 'wait' }
  | { readonly kind: 'verdict'; readonly result: Result }
  /** The only answer of a reader that does not speak the extension: a hint for the screen, never evidence. */
  | { readonly kind: 'hint'; readonly status: number }
  | { readonly kind: 'stop'; readonly reason: StopReason };

export type StopReason =
  | 'bad_message'
  | 'unknown_site'
  | 'no_certificate'
  | 'stripped'
  | CertificateProblem
  | 'reader_revoked'
  | 'other_reader'
  | 'reader_not_proven';

/** What the wallet holds for one site. */
export type HeldKey = {
  readonly siteKeys: readonly CompressedKey[];
  readonly revokedReaders: RevocationList | undefined;
  readonly publicKey: UncompressedKey;
  readonly keyMade: number;
  sign(transcript: Bytes): Promise<Bytes>;
  /** Absent at a foreign PKOC site, where the key alone is enrolled. */
  readonly document: Bytes | undefined;
  /** Status lists for readers that know less. */
  readonly carried?: { readonly sequence: number; readonly lists: readonly Bytes[] };
};

export type PhoneInput = {
  readonly ephemeral: Ephemeral;
  readonly now: () => number;
  heldFor(site: Bytes): HeldKey | undefined;
  /** The reader the person asked for; another one is refused. */
  readonly askedReader: Bytes | undefined;
  readonly circumstances: Circumstances;
};

/** What M1's tag 80 tells before anything is decided. */
export type ReaderHints = { readonly flags: number; readonly statusSequence: number; readonly clock: number };

const PROTOCOL = Uint8Array.of(3, 0, 0, 0, 1);
const MARK = Uint8Array.of(0x4c, 0x4b, 0x01);
const M1_HINT_BYTES = 13;
const M2_FLAGS_PRESENTATION = Uint8Array.of(0, 1);
const CCM_NONCE = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
const Tag = {
  key: 0x01,
  readerEphemeral: 0x02,
  signature: 0x03,
  status: 0x04,
  phoneEphemeral: 0x07,
  keyMade: 0x09,
  protocol: 0x0c,
  reader: 0x0d,
  site: 0x0e,
  certificate: 0x10,
  sealed: 0x40,
} as const;

type Greeted = {
  readonly held: HeldKey;
  readonly readerKey: UncompressedKey;
  readonly readerPoint: UncompressedKey;
  readonly transcript: Bytes;
  readonly salt: Bytes;
  readonly form: LengthForm;
};

export class Phone {
  #state: 'M1' | 'M3' | 'verdict' | 'over' = 'M1';
  #greeted: Greeted | undefined;
  #channel: SealedChannel | undefined;
  /** Known from M1 on, if the reader speaks the extension. */
  hints: ReaderHints | undefined;

  constructor(readonly input: PhoneInput) {}

  async receive(value: Bytes): Promise<Step> {
    try {
      switch (this.#state) {
        case 'M1':
          return this.#next(await this.#greet(value), 'M3');
        case 'M3':
          return this.#next(await this.#prove(value), 'verdict');
        case 'verdict':
          return await this.#hear(value);
        case 'over':
          return { kind: 'wait' };
      }
    } catch (problem) {
      if (problem instanceof TlvProblem) return this.#stop('bad_message');
      throw problem;
    }
  }

  /** Steps 1 to 6, then M2. */
  async #greet(m1: Bytes): Promise<Step> {
    const tlvs = readTlvs(m1);
    const [reader, site, point, protocol] = [
      tlvs.get(Tag.reader),
      tlvs.get(Tag.site),
      tlvs.get(Tag.readerEphemeral),
      tlvs.get(Tag.protocol),
    ];
    if (reader?.length !== 16 || site?.length !== 16 || point?.length !== 33) return this.#stop('bad_message'); // 1
    if (protocol !== undefined && protocol.length !== 5 && protocol.length !== 2) return this.#stop('bad_message');
    const readerPoint = decompress(point);
    if (readerPoint === undefined) return this.#stop('bad_message');

    const held = this.input.heldFor(site);
    if (held === undefined) return this.#stop('unknown_site'); // 2
    const certificate = tlvs.get(Tag.certificate);
    if (certificate === undefined) return this.#stop('no_certificate'); // 3
    this.hints = readHints(tlvs.get(TAG_LATCHKEY));
    if (held.document !== undefined && this.hints === undefined) return this.#stop('stripped');
    const readerKey = await certifiedKey(certificate, reader, site, held.siteKeys, this.input.now()); // 4
    if (typeof readerKey === 'string') return this.#stop(readerKey);
    if (held.revokedReaders?.readers.has(hex(reader))) return this.#stop('reader_revoked'); // 5
    if (this.input.askedReader !== undefined && !equal(this.input.askedReader, reader)) return this.#stop('other_reader'); // 6

    const { publicKey } = this.input.ephemeral;
    const transcript = concat(site, reader, publicKey.subarray(1, 33), readerPoint.subarray(1, 33));
    const announced = held.document !== undefined ? concat(MARK, M2_FLAGS_PRESENTATION) : undefined;
    const m2 = writeTlvs(
      [[Tag.phoneEphemeral, publicKey], [Tag.protocol, PROTOCOL], ...(announced ? [[TAG_LATCHKEY, announced] as const] : [])],
      'long',
    );
    this.#greeted = {
      held,
      readerKey,
      readerPoint,
      transcript,
      salt: await sha256(transcript, m1, m2),
      // A certificate or a newer spec byte means a peer that reads long lengths; a 3.0 peer would misread them.
      form:
        tlvs.has(Tag.certificate) || (protocol !== undefined && protocol.length === 5 && protocol[0] !== 3) ? 'long' : 'short',
    };
    return { kind: 'write', values: [m2] };
  }

  /** Step 7: only a reader that signs the transcript with its certified key learns who is there. */
  async #prove(m3: Bytes): Promise<Step> {
    const { held, readerKey, readerPoint, transcript, salt, form } = this.#greeted!;
    const signature = readTlvs(m3).get(Tag.signature);
    if (signature?.length !== 64) return this.#stop('bad_message');
    if (!(await verify(readerKey, signature, transcript))) return this.#stop('reader_not_proven');

    const sessionKey = await sha256(await this.input.ephemeral.agree(readerPoint));
    const identity = writeTlvs(
      [
        [Tag.key, held.publicKey],
        [Tag.signature, await held.sign(transcript)],
        [Tag.keyMade, uint32Bytes(held.keyMade)],
        [Tag.protocol, PROTOCOL],
      ],
      'long',
    );
    const values = [writeTlvs([[Tag.sealed, await sealCcm(sessionKey, CCM_NONCE, identity)]], form)];
    if (held.document !== undefined) {
      this.#channel = await SealedChannel.make(sessionKey, salt);
      // Ahead of the presentation, so that they count for it already.
      const { carried } = held;
      const lists = carried && carried.sequence > this.hints!.statusSequence ? writeStatusLists(carried.lists) : undefined;
      if (lists !== undefined) values.push(...(await this.#channel.seal(STATUS_LISTS, lists)));
      values.push(
        ...(await this.#channel.seal(PRESENTATION, writePresentation(held.document, this.input.circumstances, this.input.now()))),
      );
    }
    return { kind: 'write', values };
  }

  async #hear(value: Bytes): Promise<Step> {
    if (value[0] === TAG_LATCHKEY && this.#channel !== undefined) {
      const message = await this.#channel.open(value);
      if (message === 'more') return { kind: 'wait' };
      const result = message !== 'broken' && message.type === RESULT ? readResult(message.body) : undefined;
      if (result === undefined) return this.#stop('bad_message');
      this.#state = 'over';
      return { kind: 'verdict', result };
    }
    const status = readTlvs(value).get(Tag.status);
    if (status?.length !== 1) return this.#stop('bad_message');
    // M5 is plain text that anybody in the air can write: with a sealed result to come it says nothing.
    if (this.#channel !== undefined) return { kind: 'wait' };
    this.#state = 'over';
    return { kind: 'hint', status: status[0]! };
  }

  #next(step: Step, state: 'M3' | 'verdict'): Step {
    if (step.kind !== 'stop') this.#state = state;
    return step;
  }

  #stop(reason: StopReason): Step {
    this.#state = 'over';
    return { kind: 'stop', reason };
  }
}

function readHints(tag80: Bytes | undefined): ReaderHints | undefined {
  if (tag80 === undefined || tag80.length !== M1_HINT_BYTES || !equal(tag80.subarray(0, MARK.length), MARK)) return undefined;
  return { flags: uint16(tag80, 3), statusSequence: uint32(tag80, 5), clock: uint32(tag80, 9) };
}
