import { concat, fromHex, sha256, uint32Bytes, type Bytes } from '../src/wire/bytes.ts';
import { read, Tagged, write, type Cbor, type CborKey } from '../src/wire/cbor.ts';
import { readTlvs, writeTlvs } from '../src/wire/tlv.ts';
import { compress, sign, verify, type DeviceKey } from '../src/credentials/keys.ts';
import { keyId } from '../src/credentials/cose.ts';
import { openCcm } from '../src/handshake/ccm.ts';
import { deviceKeyFrom, ephemeralOf, scalarOf } from './keys.ts';

/** The other side, for tests: a site that signs cards, documents and certificates, and its reader, straight from the pages of spec/. */
export const SITE = fromHex('00112233445566778899aabbccddeeff');
export const READER = fromHex('0f0e0d0c0b0a09080706050403020100');
export const NOW = 1_795_000_000;

export type Site = { readonly siteKey: DeviceKey; readonly issuer: DeviceKey; readonly readerKey: DeviceKey };

export async function makeSite(name = 'site'): Promise<Site> {
  const key = (role: string) => deviceKeyFrom(scalarOf(`${name} ${role}`));
  return { siteKey: await key('site key'), issuer: await key('issuer'), readerKey: await key('reader') };
}

export async function signNamed(typ: string, payload: ReadonlyMap<CborKey, Cbor>, signer: DeviceKey): Promise<Bytes> {
  const header = write(
    new Map<CborKey, Cbor>([
      [1, -7],
      [4, await keyId(compress(signer.publicKey))],
      [16, typ],
    ]),
  );
  const body = write(payload);
  const signature = await sign(signer.signer, write(['Signature1', header, new Uint8Array(0), body]));
  return write(new Tagged(18, [header, new Map(), body, signature]));
}

export function documentFor(
  site: Site,
  device: DeviceKey,
  change: readonly (readonly [CborKey, Cbor | undefined])[] = [],
): Promise<Bytes> {
  const claims = new Map<CborKey, Cbor>([
    [4, NOW + 86_400],
    [6, NOW],
    [
      8,
      new Map([
        [
          1,
          new Map<CborKey, Cbor>([
            [1, 2],
            [-1, 1],
            [-2, device.publicKey.slice(1, 33)],
            [-3, (device.publicKey[64]! & 1) === 1],
          ]),
        ],
      ]),
    ],
    [-1, NOW + 864_000],
    [-2, 7],
    [-3, SITE],
    [-4, 3],
    [-5, 17],
    [-6, '99'],
    [
      -7,
      [
        [1, 0],
        [2, 1],
      ],
    ],
    [-8, 2],
  ]);
  for (const [key, value] of change)
    if (value === undefined) claims.delete(key);
    else claims.set(key, value);
  return signNamed('lk-doc', claims, site.issuer);
}

export function cardFor(
  site: Site,
  change: readonly (readonly [CborKey, Cbor | undefined])[] = [],
  signer = site.siteKey,
): Promise<Bytes> {
  const door = new Map<CborKey, Cbor>([
    [1, 'K7Q2'],
    [2, READER],
    [3, 'Main entrance'],
    [4, 3],
    [5, 0],
    [6, false],
    [7, new Map([['en', 'Monday to Friday, 05:00 to 08:00']])],
  ]);
  const claims = new Map<CborKey, Cbor>([
    [1, SITE],
    [2, NOW],
    [3, 'Alfa Reality'],
    [4, new Map([[1, '+420 602 555 001']])],
    [5, [compress(site.siteKey.publicKey)]],
    [7, [door]],
    [8, 0],
    [9, ['https://keys.example.com']],
    [
      10,
      new Map<CborKey, Cbor>([
        [1, 'Residents'],
        [2, 17],
        [3, '99'],
        [4, 'Jana Nováková'],
        [5, 3],
        [8, 43_200],
        [9, 'Active'],
      ]),
    ],
    [12, 1],
  ]);
  for (const [key, value] of change)
    if (value === undefined) claims.delete(key);
    else claims.set(key, value);
  return signNamed('lk-card', claims, signer);
}

export async function certificateFor(
  site: Site,
  change: { reader?: Bytes; issuer?: DeviceKey; notBefore?: number; notAfter?: number } = {},
): Promise<Bytes> {
  const covered = concat(
    Uint8Array.of(1),
    change.reader ?? READER,
    SITE,
    uint32Bytes(change.notBefore ?? 0),
    uint32Bytes(change.notAfter ?? 0xffff_ffff),
    compress(site.readerKey.publicKey),
  );
  return concat(covered, await sign((change.issuer ?? site.siteKey).signer, covered));
}

export async function revokedFor(site: Site, readers: readonly Bytes[], issued = NOW): Promise<Bytes> {
  const covered = concat(
    Uint8Array.of(1),
    SITE,
    uint32Bytes(issued),
    Uint8Array.of(readers.length >> 8, readers.length & 0xff),
    ...readers.flatMap((reader) => [reader, uint32Bytes(issued)]),
  );
  return concat(covered, await sign(site.siteKey.signer, covered));
}

/** What can be wrong with a reader's messages. */
export type Bend = {
  readonly m1?: (m1: Bytes) => Bytes;
  readonly m3?: (m3: Bytes) => Bytes;
  readonly certificate?: Bytes | null;
  readonly mark?: boolean;
  readonly reason?: number;
  /** The sealed frame with the verdict. */
  readonly result?: (frame: Bytes) => Bytes;
};

export class TestReader {
  readonly seen: {
    identity?: ReadonlyMap<number, Bytes>;
    presentation?: ReadonlyMap<CborKey, Cbor>;
    statusLists?: ReadonlyMap<CborKey, Cbor>;
    signatureGood?: boolean;
    m4Length?: number;
  } = {};
  #keys: { k: Bytes; transcript: Bytes; send: CryptoKey; receive: CryptoKey } | undefined;
  #m1!: Bytes;
  #counters = { sent: 0, received: 0 };
  #secret = scalarOf('reader ephemeral');

  constructor(
    readonly site: Site,
    readonly bend: Bend = {},
  ) {}

  async greet(): Promise<Bytes> {
    const point = compress((await ephemeralOf(this.#secret)).publicKey);
    const certificate =
      this.bend.certificate === null ? [] : [[0x10, this.bend.certificate ?? (await certificateFor(this.site))] as const];
    const mark =
      this.bend.mark === false ? [] : [[0x80, concat(fromHex('4c4b010001'), uint32Bytes(5), uint32Bytes(NOW))] as const];
    this.#m1 = writeTlvs(
      [[0x0c, Uint8Array.of(3, 0, 0, 0, 1)], [0x02, point], [0x0d, READER], [0x0e, SITE], ...mark, ...certificate],
      'long',
    );
    // Bent on the way: the reader goes on believing what it sent.
    return this.bend.m1?.(this.#m1) ?? this.#m1;
  }

  /** What the reader notifies in answer to one write. */
  async hear(value: Bytes): Promise<Bytes[]> {
    if (value[0] === 0x07) return [await this.#prove(value)];
    if (value[0] === 0x40) return this.#identify(value);
    return this.#decide(value);
  }

  async #prove(m2: Bytes): Promise<Bytes> {
    const phone = readTlvs(m2).get(0x07)!;
    const own = await ephemeralOf(this.#secret);
    const transcript = concat(SITE, READER, phone.subarray(1, 33), own.publicKey.subarray(1, 33));
    const k = await sha256(await own.agree(phone));
    const salt = await sha256(transcript, this.#m1, m2);
    const base = await crypto.subtle.importKey('raw', k, 'HKDF', false, ['deriveKey']);
    const direction = (info: string, usage: 'encrypt' | 'decrypt') =>
      crypto.subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(info) },
        base,
        { name: 'AES-GCM', length: 256 },
        false,
        [usage],
      );
    this.#keys = {
      k,
      transcript,
      send: await direction('latchkey/1 reader-to-phone', 'encrypt'),
      receive: await direction('latchkey/1 phone-to-reader', 'decrypt'),
    };
    const m3 = writeTlvs([[0x03, await sign(this.site.readerKey.signer, transcript)]], 'long');
    return this.bend.m3?.(m3) ?? m3;
  }

  async #identify(m4: Bytes): Promise<Bytes[]> {
    const nonce = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1);
    const plaintext = await openCcm(this.#keys!.k, nonce, readTlvs(m4).get(0x40)!);
    const identity = readTlvs(plaintext!);
    this.seen.identity = identity;
    this.seen.m4Length = m4.length;
    this.seen.signatureGood = await verify(identity.get(0x01)!, identity.get(0x03)!, this.#keys!.transcript);
    return this.bend.mark === false ? [Uint8Array.of(4, 1, 3)] : [];
  }

  async #decide(frame: Bytes): Promise<Bytes[]> {
    const iv = (counter: number) => concat(new Uint8Array(8), uint32Bytes(counter));
    const opened = await crypto.subtle
      .decrypt({ name: 'AES-GCM', iv: iv(this.#counters.received++) }, this.#keys!.receive, readTlvs(frame).get(0x80)!)
      .catch(() => undefined);
    if (opened === undefined) return [];
    const plaintext = new Uint8Array(opened);
    if (plaintext[0] === 0x02) {
      this.seen.statusLists = read(plaintext.slice(2)) as ReadonlyMap<CborKey, Cbor>;
      return [];
    }
    this.seen.presentation = read(plaintext.slice(2)) as ReadonlyMap<CborKey, Cbor>;
    const result = write(
      new Map([
        [1, this.bend.reason ?? 1],
        [2, NOW],
        [3, 5],
      ]),
    );
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: iv(this.#counters.sent++) },
      this.#keys!.send,
      concat(Uint8Array.of(0x81, 0), result),
    );
    const answer = writeTlvs([[0x80, new Uint8Array(sealed)]], 'long');
    return [Uint8Array.of(4, 1, 3), this.bend.result?.(answer) ?? answer];
  }
}
