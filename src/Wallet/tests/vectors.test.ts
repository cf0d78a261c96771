import { test } from 'node:test';
import assert from 'node:assert/strict';
import { concat, fromHex, hex, sha256 } from '../src/wire/bytes.ts';
import { readCode, inGroups } from '../src/credentials/code.ts';
import { readDocument } from '../src/credentials/document.ts';
import { readFirstCard, readNextCard, type SiteCard } from '../src/credentials/siteCard.ts';
import { verify } from '../src/credentials/keys.ts';
import { readSign1, verifySign1, type Typ } from '../src/credentials/cose.ts';
import { proveOpen, proveRedeem, proveRenew } from '../src/credentials/proofs.ts';
import { readCertificate } from '../src/handshake/certificate.ts';
import { readResult, writePresentation } from '../src/handshake/presentation.ts';
import { readRevocationList, replaces } from '../src/handshake/revocationList.ts';
import { SealedChannel } from '../src/handshake/sealed.ts';
import { ANSWER_TO, readFromReader, writeRequest, type Request } from '../src/radios/radioFrames.ts';
import { vectors } from './vectors.ts';

/** Every shared vector that concerns a phone, except PKOC's transactions, which have a file of their own. */

type CodeVector = {
  name: string;
  form: string;
  typed: string;
  expect: string;
  canonical?: string;
  grouped?: string;
  character?: string;
  count?: number;
  expected?: number;
};
for (const one of vectors<{ read: CodeVector[] }>('codes.json').read.filter(({ form }) => form === 'activation')) {
  test(`code: ${one.name}`, () => {
    const reading = readCode(one.typed);
    assert.equal(reading.kind === 'good' ? 'ok' : reading.kind, one.expect);
    if (reading.kind === 'good') assert.deepEqual([reading.canonical, inGroups(reading.canonical)], [one.canonical, one.grouped]);
    else if (reading.kind === 'bad_character') assert.equal(reading.character, one.character);
    else if (reading.kind !== 'mistyped') assert.deepEqual([reading.have, reading.want], [one.count, one.expected]);
  });
}

type DocumentVector = {
  name: string;
  bytes: string;
  expect: string;
  document?: null | {
    site: string;
    key: number;
    device: string;
    iat: number;
    nbf: number | null;
    exp: number;
    until: number | null;
    serial: number;
    userId: number;
    prefix: string | null;
    rules: { set: number; schedule: number; from: number; until: number }[];
    flags: number;
    uses: number | null;
  };
};
const NO_END = 0xffff_ffff;
for (const { name, bytes, expect, document } of vectors<{ read: DocumentVector[] }>('access-document.json').read) {
  // Site, issuer and signature are the reader's business (steps 5 to 7): the wallet holds no issuer keys.
  test(`document: ${name}: ${expect}`, () => {
    const read = readDocument(fromHex(bytes));
    assert.equal(read === undefined, expect === 'malformed');
    if (!document) return;
    assert.deepEqual(
      {
        site: hex(read!.site),
        key: read!.key,
        device: hex(read!.deviceKey),
        iat: read!.issued,
        nbf: read!.notBefore ?? null,
        exp: read!.expires,
        until: read!.until ?? null,
        serial: read!.serial,
        userId: read!.userId,
        prefix: read!.prefix ?? null,
        rules: read!.rules.map((rule) => ({ ...rule, until: rule.until ?? NO_END })),
        flags: read!.flags,
        uses: read!.usesLeft ?? null,
      },
      document,
    );
  });
}

type CardVector = {
  name: string;
  bytes: string;
  siteKeys: string[];
  expect: string;
  card?: null | {
    customer: string;
    siteKeys: string[];
    doors: { readerId: string; hours: Record<string, string> | null; radio: string | null }[];
    addresses: string[];
    key: { holder: string; state: string };
    privacyText: string | null;
  };
};
for (const { name, bytes, siteKeys, expect, card } of vectors<{ read: CardVector[] }>('site-card.json').read) {
  test(`site card: ${name}: ${expect}`, async () => {
    const site = fromHex('00112233445566778899aabbccddeeff');
    const stored = { site, issued: 0, siteKeys: siteKeys.map(fromHex) } as unknown as SiteCard;
    const read = siteKeys.length === 0 ? await readFirstCard(fromHex(bytes)) : await readNextCard(fromHex(bytes), stored);
    assert.equal(read === undefined ? 'refused' : 'ok', expect);
    if (!card) return;
    assert.deepEqual(
      [read!.customer, read!.siteKeys.map(hex), read!.key.holder, read!.key.state, read!.privacy ?? null],
      [card.customer, card.siteKeys, card.key.holder, card.key.state, card.privacyText],
    );
    assert.deepEqual(
      read!.doors.map(({ readerId, hours, radio }) => [readerId, hours ? Object.fromEntries(hours) : null, radio ?? null]),
      card.doors.map(({ readerId, hours, radio }) => [readerId, hours, radio]),
    );
    assert.deepEqual(
      read!.addresses,
      card.addresses.map((address) => address.replace(/\/$/, '')),
    );
  });
}

type CertificateVector = {
  name: string;
  bytes: string;
  siteKeys: string[];
  expect: 'refused' | { reader: string; site: string; notBefore: number; notAfter: number; key: string; signed: boolean };
};
for (const { name, bytes, siteKeys, expect } of vectors<{ vectors: CertificateVector[] }>('reader-certificate.json').vectors) {
  test(`reader certificate: ${name}`, async () => {
    const read = readCertificate(fromHex(bytes));
    if (expect === 'refused') return assert.equal(read, undefined);
    const signed = (await Promise.all(siteKeys.map((key) => verify(fromHex(key), read!.signature, read!.covered)))).includes(
      true,
    );
    const { reader, site, notBefore, notAfter, key } = expect;
    assert.deepEqual(
      {
        reader: hex(read!.reader),
        site: hex(read!.site),
        notBefore: read!.notBefore,
        notAfter: read!.notAfter,
        key: hex(read!.key),
        signed,
      },
      { reader, site, notBefore, notAfter, key, signed: expect.signed },
    );
  });
}

type ListVector = {
  name: string;
  bytes: string;
  site: string;
  siteKeys: string[];
  expect: 'refused' | { issued: number; readers: { reader: string }[] };
};
const lists = vectors<{
  vectors: ListVector[];
  replaces: { name: string; site: string; siteKeys: string[]; stored: string; next: string; expect: boolean }[];
}>('reader-revocation-list.json');
for (const { name, bytes, site, siteKeys, expect } of lists.vectors) {
  test(`revocation list: ${name}`, async () => {
    const read = await readRevocationList(fromHex(bytes), fromHex(site), siteKeys.map(fromHex));
    if (expect === 'refused') return assert.equal(read, undefined);
    assert.deepEqual(
      [read!.issued, [...read!.readers]],
      [expect.issued, [...new Set(expect.readers.map(({ reader }) => reader))]],
    );
  });
}
for (const { name, site, siteKeys, stored, next, expect } of lists.replaces) {
  test(`revocation list replaces: ${name}`, async () => {
    const read = async (bytes: string) => (await readRevocationList(fromHex(bytes), fromHex(site), siteKeys.map(fromHex)))!;
    assert.equal(replaces(await read(next), await read(stored)), expect);
  });
}

const sealed = vectors<{
  session: { k: string; transcript: string; m1: string; m2: string };
  seal: { name: string; from: string; messages: { type: number; body: string }[]; expect: string[] }[];
  open: { name: string; by: string; frames: string[]; expect: string[] }[];
  presentations: {
    name: string;
    body: string;
    expect: 'refused' | { document: string; flags: number; verifiedAt?: number; clock: number };
  }[];
  results: {
    name: string;
    body: string;
    expect: 'refused' | { reason: number; clock: number; unlockSeconds?: number; waitSeconds?: number };
  }[];
}>('sealed.json');
const channel = async () =>
  SealedChannel.make(
    fromHex(sealed.session.k),
    await sha256(concat(...[sealed.session.transcript, sealed.session.m1, sealed.session.m2].map(fromHex))),
  );

for (const { name, messages, expect } of sealed.seal.filter(({ from }) => from === 'phone')) {
  test(`sealed by the phone: ${name}`, async () => {
    const own = await channel();
    const frames: string[] = [];
    for (const { type, body } of messages) frames.push(...(await own.seal(type, fromHex(body))).map(hex));
    assert.deepEqual(frames, expect);
  });
}
for (const { name, frames, expect } of sealed.open.filter(({ by }) => by === 'phone')) {
  test(`opened by the phone: ${name}`, async () => {
    const own = await channel();
    for (const [index, frame] of frames.entries()) {
      const message = await own.open(fromHex(frame));
      assert.equal(typeof message === 'string' ? message : hex(message.body), expect[index]);
    }
  });
}
for (const { name, body, expect } of sealed.presentations) {
  if (expect === 'refused') continue; // to be read by a reader; the phone only writes them
  test(`presentation: ${name}`, () => {
    const circumstances = {
      verifiedAt: expect.verifiedAt,
      screenLock: (expect.flags & 2) !== 0,
      oneTap: (expect.flags & 4) !== 0,
    };
    assert.equal(hex(writePresentation(fromHex(expect.document), circumstances, expect.clock)), body);
  });
}
for (const { name, body, expect } of sealed.results) {
  test(`result: ${name}`, () => {
    const read = readResult(fromHex(body));
    assert.deepEqual(
      read === undefined
        ? 'refused'
        : JSON.parse(
            JSON.stringify({
              reason: read.reason,
              clock: read.readerClock,
              unlockSeconds: read.unlockSeconds,
              waitSeconds: read.waitSeconds,
            }),
          ),
      expect,
    );
  });
}

type ProofVector = {
  name: string;
  typ: string;
  signer: string;
  toBeSigned: string;
  signature: string;
  bytes: string;
  fields: {
    code: string;
    device: string;
    time: number;
    platform: string;
    walletVersion: number;
    site: string;
    key: number;
    reader: string;
    nonce: string;
    flags: number;
    verifiedAt?: number;
  };
};
const proofs = vectors<{
  vectors: ProofVector[];
  refused: { name: string; typ: string; bytes: string }[];
  wrong: { name: string; typ: string; bytes: string; signer: string }[];
}>('proofs.json');
const ofDevice = ({ typ }: { typ: string }) => ['lk-redeem', 'lk-renew', 'lk-open'].includes(typ);
for (const { name, typ, fields, toBeSigned, signature, bytes } of proofs.vectors.filter(ofDevice)) {
  test(`proof: ${name}`, async () => {
    const covered: string[] = [];
    const sign = (message: Uint8Array) => {
      covered.push(hex(message));
      return Promise.resolve(fromHex(signature));
    };
    const proof =
      typ === 'lk-redeem'
        ? proveRedeem(sign, {
            code: fields.code,
            deviceKey: fromHex(fields.device),
            time: fields.time,
            platform: fields.platform,
            wallet: fields.walletVersion,
          })
        : typ === 'lk-renew'
          ? proveRenew(sign, { site: fromHex(fields.site), key: fields.key, time: fields.time, wallet: fields.walletVersion })
          : proveOpen(sign, {
              site: fromHex(fields.site),
              reader: fromHex(fields.reader),
              nonce: fromHex(fields.nonce),
              time: fields.time,
              flags: fields.flags,
              verifiedAt: fields.verifiedAt,
            });
    assert.equal(hex(await proof), bytes);
    assert.deepEqual(covered, [toBeSigned]);
  });
}
for (const { name, typ, bytes, signer } of proofs.wrong.filter(ofDevice)) {
  test(`proof that does not verify: ${name}`, async () => {
    assert.equal(await verifySign1(readSign1(fromHex(bytes), typ as Typ, 'device')!, fromHex(signer)), false);
  });
}

type RadioVector = { name: string; from: string; message: string; expect: 'refused' | { operation: string; value: string } };
for (const { name, from, message, expect } of vectors<{ messages: RadioVector[] }>('virtual-radio.json').messages) {
  if (from === 'phone' && expect === 'refused') continue; // for a reader to refuse; the phone never writes it
  test(`virtual radio: ${name}`, () => {
    if (from === 'reader') {
      const read = readFromReader(fromHex(message));
      assert.deepEqual(
        read === undefined ? 'refused' : { operation: read.operation, value: hex(read.value) },
        expect === 'refused' ? expect : { operation: expect.operation, value: expect.value },
      );
    } else if (expect !== 'refused') {
      assert.ok(expect.operation in ANSWER_TO);
      assert.equal(hex(writeRequest(expect.operation as Request, fromHex(expect.value))), message);
    }
  });
}
