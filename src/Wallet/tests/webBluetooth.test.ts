import { test } from 'node:test';
import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import type { Phone } from '../src/handshake/phone.ts';
import { exchange } from '../src/radios/exchange.ts';
import { forgetHandle, recallHandles, WebBluetooth } from '../src/radios/webBluetooth.ts';

/** A reader's device as a browser shows it; each connection waits until the test lets it come about. */
class TestDevice extends EventTarget {
  connected = false;
  subscribed = false;
  /** Connections under way, the oldest first. */
  readonly coming: { succeed(): void; fail(): void }[] = [];

  readonly gatt = {
    device: this,
    get connected(): boolean {
      return this.device.connected;
    },
    connect: () =>
      new Promise<unknown>((resolve, reject) => {
        const succeed = () => {
          this.connected = true;
          resolve(this.#server);
        };
        this.coming.push({ succeed, fail: () => reject(new DOMException('Unreachable.', 'NetworkError')) });
      }),
    disconnect: () => {
      this.connected = this.subscribed = false;
    },
  };

  readonly #characteristic = Object.assign(new EventTarget(), {
    startNotifications: async () => {
      this.subscribed = true;
    },
    stopNotifications: async () => {
      this.subscribed = false;
    },
  });

  readonly #server = {
    disconnect: () => this.gatt.disconnect(),
    getPrimaryService: async () => {
      if (!this.connected) throw new DOMException('Gone.', 'NetworkError');
      return { getCharacteristic: async () => this.#characteristic };
    },
  };
}

const NAME = 'K7Q2';
const mute = { receive: () => assert.fail('nothing was said') } as unknown as Phone;

function phoneWith(choose: () => Promise<TestDevice>): void {
  forgetHandle(NAME);
  Object.defineProperty(globalThis, 'navigator', { value: { bluetooth: { requestDevice: choose } }, configurable: true });
}

function tap(cancel: AbortController) {
  return exchange(new WebBluetooth(NAME), mute, cancel.signal);
}

async function connecting(device: TestDevice, count = 1): Promise<void> {
  while (device.coming.length < count) await soon();
}

test('a device that failed its proof is forgotten by the browser too, one that was only not heard is not', () => {
  const forgotten: string[] = [];
  const device = { name: NAME, forget: async () => void forgotten.push(NAME) };
  Object.defineProperty(globalThis, 'navigator', { value: { bluetooth: { getDevices: async () => [device] } }, configurable: true });
  return recallHandles().then(async () => {
    forgetHandle(NAME);
    assert.deepEqual(forgotten, []);
    await recallHandles();
    forgetHandle(NAME, true);
    assert.deepEqual(forgotten, [NAME]);
  });
});

test('what is stopped while it connects leaves no connection behind, though the radio connects in the end', async () => {
  const device = new TestDevice();
  phoneWith(() => Promise.resolve(device));
  const cancel = new AbortController();
  const outcome = tap(cancel);
  await connecting(device);
  cancel.abort();
  await soon();
  device.coming[0]!.succeed();
  assert.deepEqual(await outcome, { kind: 'fault', fault: 'not_heard' });
  assert.deepEqual([device.connected, device.subscribed, device.coming.length], [false, false, 1]);
});

test('what is stopped while a first connection fails makes no second one', async () => {
  const device = new TestDevice();
  phoneWith(() => Promise.resolve(device));
  const cancel = new AbortController();
  const outcome = tap(cancel);
  await connecting(device);
  cancel.abort();
  device.coming[0]!.fail();
  assert.deepEqual(await outcome, { kind: 'fault', fault: 'not_heard' });
  assert.equal(device.coming.length, 1);
});

test('what is stopped while the list is open connects to nothing', async () => {
  const device = new TestDevice();
  let choose!: (device: TestDevice) => void;
  phoneWith(() => new Promise((resolve) => (choose = resolve)));
  const cancel = new AbortController();
  const outcome = tap(cancel);
  await soon();
  cancel.abort();
  choose(device);
  assert.deepEqual(await outcome, { kind: 'fault', fault: 'not_heard' });
  assert.deepEqual([device.connected, device.coming.length], [false, 0]);
});

test('a connection that comes late does not take down the next tap’s', async () => {
  const device = new TestDevice();
  phoneWith(() => Promise.resolve(device));
  const cancel = new AbortController();
  const first = tap(cancel);
  await connecting(device);
  cancel.abort();

  const second = new AbortController();
  const outcome = tap(second);
  await connecting(device, 2);
  device.coming[1]!.succeed();
  while (!device.subscribed) await soon();
  device.coming[0]!.succeed();
  await first;
  assert.deepEqual([device.connected, device.subscribed], [true, true]);

  second.abort();
  await outcome;
  while (device.connected) await soon();
  assert.equal(device.subscribed, false);
});

test('what was stopped before it began asks for no device', async () => {
  phoneWith(() => assert.fail('no list is shown'));
  const cancel = new AbortController();
  cancel.abort();
  assert.deepEqual(await tap(cancel), { kind: 'fault', fault: 'not_heard' });
});
