import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Bytes } from '../src/wire/bytes.ts';
import { compress, makeDeviceKey, sign } from '../src/credentials/keys.ts';
import { makeEphemeral } from '../src/handshake/ephemeral.ts';
import { Phone } from '../src/handshake/phone.ts';
import { exchange } from '../src/radios/exchange.ts';
import { TestRadio, type Fault } from './radio.ts';
import { documentFor, makeSite, NOW, READER, TestReader, type Bend } from './reader.ts';

async function open(mtu?: number, fault?: Fault, bend?: Bend) {
  const site = await makeSite();
  const device = await makeDeviceKey();
  const document = await documentFor(site, device);
  const radio = new TestRadio(new TestReader(site, bend), mtu, fault);
  const phone = new Phone({
    ephemeral: await makeEphemeral(),
    now: () => NOW,
    askedReader: READER,
    circumstances: { verifiedAt: undefined, screenLock: true, oneTap: false },
    heldFor: () => ({
      siteKeys: [compress(site.siteKey.publicKey)],
      revokedReaders: undefined,
      publicKey: device.publicKey,
      keyMade: NOW,
      sign: (transcript) => sign(device.signer, transcript),
      document,
    }),
  });
  return { radio, outcome: await exchange(radio, phone, new AbortController().signal) };
}

test('opens over every MTU a radio may have: cut notifications are read whole', async () => {
  for (let mtu = 23; mtu <= 247; mtu += 1) {
    const { outcome, radio } = await open(mtu);
    assert.equal(outcome.kind, 'verdict', `mtu ${mtu}`);
    assert.equal(radio.closed, 1);
  }
});

test('an MTU that carries everything needs no read', async () => {
  assert.equal((await open(517)).radio.reads, 0);
});

test('no reader in reach, a reader that says nothing, one that goes away early: not heard', async () => {
  for (const fault of [{ connect: true }, { silentAfter: 0 }, { loseAfter: 1 }]) {
    assert.deepEqual((await open(517, fault)).outcome, { kind: 'fault', fault: 'not_heard' });
  }
});

test('once the proof was sent, silence and a lost connection are “no answer”: the door may have opened', async () => {
  assert.deepEqual((await open(517, { silentAfter: 2 })).outcome, { kind: 'no_answer' });
  assert.deepEqual((await open(517, { loseAfter: 3 })).outcome, { kind: 'no_answer' });
});

test('an unproven reader ends the connection, and only M2 was written', async () => {
  const { outcome, radio } = await open(517, {}, { m3: (m3) => m3.with(5, m3[5]! ^ 1) as Bytes });
  assert.deepEqual(outcome, { kind: 'stop', reason: 'reader_not_proven' });
  assert.equal(radio.written.length, 1);
  assert.equal(radio.closed, 1);
});

test('an answer that does not read is no answer: the key was shown, and the door may have opened', async () => {
  const { outcome } = await open(517, {}, { result: (frame) => frame.with(9, frame[9]! ^ 1) as Bytes });
  assert.deepEqual(outcome, { kind: 'no_answer' });
});
