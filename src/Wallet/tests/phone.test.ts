import { test } from 'node:test';
import assert from 'node:assert/strict';
import { equal, fromHex, type Bytes } from '../src/wire/bytes.ts';
import { compress, makeDeviceKey, sign } from '../src/credentials/keys.ts';
import { makeEphemeral } from '../src/handshake/ephemeral.ts';
import { Phone, type HeldKey, type Step } from '../src/handshake/phone.ts';
import { readRevocationList } from '../src/handshake/revocationList.ts';
import { certificateFor, documentFor, makeSite, NOW, READER, revokedFor, SITE, TestReader, type Bend } from './reader.ts';
import { runsPastEnd } from '../src/wire/tlv.ts';

type Case = { readonly bend?: Bend; readonly held?: Partial<HeldKey> | null; readonly asked?: Bytes; readonly now?: number };

/** Plays a whole transaction; tells how it ended and everything the phone wrote. */
async function play({ bend = {}, held = {}, asked = READER, now = NOW }: Case) {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const key: HeldKey = {
    siteKeys: [compress(site.siteKey.publicKey)],
    revokedReaders: undefined,
    publicKey: device.publicKey,
    keyMade: NOW,
    sign: (transcript) => sign(device.signer, transcript),
    document: await documentFor(site, device),
    ...held,
  };
  const reader = new TestReader(site, bend);
  const phone = new Phone({
    ephemeral: await makeEphemeral(),
    now: () => now,
    heldFor: (id) => (held !== null && equal(id, SITE) ? key : undefined),
    askedReader: asked,
    circumstances: { verifiedAt: NOW - 5, screenLock: true, oneTap: false },
  });
  const written: Bytes[] = [];
  const inbox = [await reader.greet()];
  let end: Step = { kind: 'wait' };
  for (let value = inbox.shift(); value !== undefined; value = inbox.shift()) {
    const step = await phone.receive(value);
    if (step.kind === 'write') {
      written.push(...step.values);
      for (const sent of step.values) inbox.push(...(await reader.hear(sent)));
    } else if (step.kind !== 'wait') {
      end = step;
      break;
    }
  }
  return { end, written, reader, key, device };
}

test('a known reader opens: identity, document and circumstances arrive, the sealed result is believed', async () => {
  const { end, reader, key } = await play({});
  assert.deepEqual(end, { kind: 'verdict', result: { reason: 1, readerClock: NOW, unlockSeconds: 5, waitSeconds: undefined } });
  assert.deepEqual(reader.seen.identity?.get(0x01), key.publicKey);
  assert.equal(reader.seen.signatureGood, true);
  assert.equal(reader.seen.m4Length, 165);
  assert.deepEqual(
    [...reader.seen.presentation!],
    [
      [1, key.document],
      [2, 3],
      [3, NOW - 5],
      [4, NOW],
    ],
  );
});

test('M5 alone decides nothing when a sealed result is due', async () => {
  const { end } = await play({ bend: { reason: 51 } });
  assert.equal(end.kind === 'verdict' && end.result.reason, 51);
});

test('a plain PKOC reader gets no document and its status is a hint only', async () => {
  const { end, written } = await play({ bend: { mark: false }, held: { document: undefined } });
  assert.deepEqual(end, { kind: 'hint', status: 3 });
  assert.equal(written.length, 2);
});

const REFUSED: readonly (readonly [string, Case, string])[] = [
  ['M1 with a byte behind', { bend: { m1: (m1) => new Uint8Array([...m1, 0]) } }, 'bad_message'],
  ['M1 with a tag twice', { bend: { m1: (m1) => new Uint8Array([...m1, 0x0d, 0]) } }, 'bad_message'],
  ['Re off the curve', { bend: { m1: (m1) => m1.with(9, 5) as Bytes } }, 'bad_message'],
  ['a site without a key', { held: null }, 'unknown_site'],
  ['no certificate', { bend: { certificate: null } }, 'no_certificate'],
  ['the mark stripped', { bend: { mark: false } }, 'stripped'],
  ['a certificate by nobody', { bend: { certificate: new Uint8Array(138) } }, 'bad_certificate'],
  ['another reader than asked', { asked: SITE }, 'other_reader'],
  ['M3 with a flipped bit', { bend: { m3: (m3) => m3.with(40, m3[40]! ^ 1) as Bytes } }, 'reader_not_proven'],
  ['M3 of a wrong length', { bend: { m3: (m3) => m3.slice(0, 60) } }, 'bad_message'],
];

for (const [name, wrong, reason] of REFUSED) {
  test(`${name}: ${reason}, and nothing that names the phone is written`, async () => {
    const { end, written } = await play(wrong);
    assert.deepEqual(end, { kind: 'stop', reason });
    assert.ok(written.length <= 1, 'at most M2');
    for (const value of written) assert.equal(value[0], 0x07);
  });
}

test('certificates: before, after, of another issuer, for another reader; a listed reader', async () => {
  const site = await makeSite();
  const stranger = await makeSite('stranger');
  const list = await readRevocationList(await revokedFor(site, [READER]), SITE, [compress(site.siteKey.publicKey)]);
  const cases: readonly (readonly [Case, string])[] = [
    [{ bend: { certificate: await certificateFor(site, { notBefore: NOW + 1 }) } }, 'certificate_not_yet'],
    [{ bend: { certificate: await certificateFor(site, { notAfter: NOW - 1 }) } }, 'certificate_expired'],
    [{ bend: { certificate: await certificateFor(site, { issuer: stranger.siteKey }) } }, 'bad_certificate'],
    [{ bend: { certificate: await certificateFor(site, { reader: SITE }) } }, 'bad_certificate'],
    [{ held: { revokedReaders: list } }, 'reader_revoked'],
  ];
  for (const [wrong, reason] of cases) assert.deepEqual((await play(wrong)).end, { kind: 'stop', reason });
});

test('no flipped bit of M1 ends in a verdict: what is not signed is bound by the keys of the sealed frames', async () => {
  const { length } = await new TestReader(await makeSite()).greet();
  for (let at = 0; at < length; at++) {
    const { end } = await play({ bend: { m1: (m1) => m1.with(at, m1[at]! ^ 0x04) as Bytes } });
    assert.notEqual(end.kind, 'verdict', `byte ${at}`);
  }
});

test('no bytes make the machine throw', async () => {
  const phone = async () =>
    new Phone({
      ephemeral: await makeEphemeral(),
      now: () => NOW,
      heldFor: () => undefined,
      askedReader: undefined,
      circumstances: { verifiedAt: undefined, screenLock: false, oneTap: false },
    });
  for (let seed = 0; seed < 300; seed++) {
    const bytes = Uint8Array.from({ length: seed % 60 }, (_, index) => (seed * 31 + index * index * 7) & 0xff);
    assert.ok(['stop'].includes((await (await phone()).receive(bytes)).kind));
  }
});

test('a cut is seen wherever it falls', async () => {
  const m1 = await new TestReader(await makeSite()).greet();
  for (let length = 1; length < m1.length; length++) {
    const { past, tags } = runsPastEnd(m1.slice(0, length));
    assert.ok(past || !tags.has(0x10), `${length}`);
  }
  assert.deepEqual(runsPastEnd(m1), { past: false, tags: new Set([0x0c, 0x02, 0x0d, 0x0e, 0x80, 0x10]) });
  assert.equal(runsPastEnd(fromHex('4081')).past, true);
});

test('status lists are carried to a reader that knows less, ahead of the presentation, as far as they fit', async () => {
  const lists = [Uint8Array.of(1, 2), new Uint8Array(5000), Uint8Array.of(3)];
  const { end, reader } = await play({ held: { carried: { sequence: 6, lists } } });
  assert.equal(end.kind, 'verdict');
  assert.deepEqual([...reader.seen.statusLists!], [[1, [lists[0], lists[2]]]]);

  const same = await play({ held: { carried: { sequence: 5, lists } } });
  assert.equal(same.end.kind, 'verdict');
  assert.equal(same.reader.seen.statusLists, undefined);
});
