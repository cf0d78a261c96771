import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Bytes } from '../src/wire/bytes.ts';
import { compress, makeDeviceKey, sign } from '../src/credentials/keys.ts';
import { makeEphemeral } from '../src/handshake/ephemeral.ts';
import { Phone } from '../src/handshake/phone.ts';
import { exchange } from '../src/radios/exchange.ts';
import { RadioProblem, type Link, type Listener, type Radio } from '../src/radios/radio.ts';
import { documentFor, makeSite, NOW, READER, TestReader, type Bend } from './reader.ts';

/** GATT as a reader offers it: a notification longer than the MTU allows arrives cut, and nothing follows until it was read. */
class TestRadio implements Radio {
  reads = 0;
  closed = 0;
  written: Bytes[] = [];
  readonly #out: Bytes[] = [];
  #last: Bytes = new Uint8Array(0);
  #held = false;

  constructor(
    readonly reader: TestReader,
    readonly mtu = 517,
    readonly fault: { readonly connect?: boolean; readonly silentAfter?: number; readonly loseAfter?: number } = {},
  ) {}

  async connect(listener: Listener): Promise<Link> {
    if (this.fault.connect) throw new RadioProblem('not_heard');
    const pump = () => {
      while (this.#out.length > 0 && !this.#held) {
        this.#last = this.#out.shift()!;
        this.#held = this.#last.length > this.mtu - 3;
        listener.notified(this.#last.slice(0, this.mtu - 3));
      }
    };
    return {
      subscribe: async () => {
        if (this.fault.silentAfter === 0) return;
        this.#out.push(await this.reader.greet());
        pump();
      },
      write: async (value) => {
        this.written.push(value);
        if (this.fault.loseAfter === this.written.length) return listener.lost();
        if (this.fault.silentAfter !== undefined && this.written.length >= this.fault.silentAfter) return;
        this.#out.push(...(await this.reader.hear(value)));
        pump();
      },
      read: () => {
        this.reads++;
        const whole = this.#last;
        this.#held = false;
        queueMicrotask(pump);
        return Promise.resolve(whole);
      },
      close: () => {
        this.closed++;
      },
    };
  }
}

async function open(mtu?: number, fault?: ConstructorParameters<typeof TestRadio>[2], bend?: Bend) {
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
